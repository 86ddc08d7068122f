/** What Windows plays, by WASAPI loopback through RtAudio (audify). The only file that imports it. Never run on Windows: see docs/devices.md. */
import { MubblesError } from "../../../errors.js";
import type { ChildDevice } from "../child/child-protocol.js";
import { lastingIds } from "../child/lasting-ids.js";
import type { ChildRecorder } from "../child/serve-child.js";

/** RtAudio gives the first ones of more: left and right in front. */
const MAX_CHANNELS = 2;
const FRAME_MS = 20;
const NO_FLAGS = 0;
/** RtAudio's error types up to this one are warnings. */
const LAST_WARNING = 1;

/** Throws where audify is not installed. */
export async function loadWasapiLoopback(): Promise<ChildRecorder> {
  return wasapiLoopback(await import("audify"));
}

export function wasapiLoopback({
  RtAudio,
  RtAudioApi,
  RtAudioFormat,
}: typeof import("audify")): ChildRecorder {
  const audio = new RtAudio(RtAudioApi.WINDOWS_WASAPI);
  const outputs = () => {
    const listed = audio.getDevices().filter(({ outputChannels }) => outputChannels > 0);
    const ids = lastingIds(listed.map(({ name }) => name));
    return listed.map((output, i) => ({
      deviceId: output.id,
      device: toDevice(output, ids[i] ?? output.name),
    }));
  };
  return {
    list: () => outputs().map(({ device }) => device),
    record: ({ id, channels, sampleRateHz }, sink) => {
      const asked = outputs().find(({ device }) => device.id === id);
      if (asked === undefined) throw new MubblesError("DEVICE_LOST", { detail: "Windows does not list it" });
      audio.openStream(
        null,
        // An output as input is what RtAudio takes for a loopback.
        { deviceId: asked.deviceId, nChannels: channels, firstChannel: 0 },
        RtAudioFormat.RTAUDIO_FLOAT32,
        sampleRateHz,
        Math.round((sampleRateHz * FRAME_MS) / 1000),
        "mubbles",
        (bytes) => sink.samples(bytes),
        null,
        NO_FLAGS,
        (type, message) => {
          if (type > LAST_WARNING) sink.lost(message);
        },
      );
      audio.start();
      return asked.device;
    },
  };
}

function toDevice(
  output: { name: string; outputChannels: number; isDefaultOutput: number; preferredSampleRate: number },
  id: string,
): ChildDevice {
  return {
    id,
    name: output.name,
    aliases: [],
    kind: "loopback",
    isDefault: output.isDefaultOutput === 1,
    channels: Math.min(output.outputChannels, MAX_CHANNELS),
    sampleRateHz: output.preferredSampleRate,
    isSilentWhenIdle: true,
  };
}
