/**
 * The process that records through PortAudio: the only file that imports naudiodon. That library prints to standard output from C,
 * catches signals, and takes its process with it when it crashes, so it gets one of its own for each stream.
 */
import { MubblesError } from "../../../errors.js";
import type { ChildDevice } from "../child/child-protocol.js";
import { type SampleSink, serveChild } from "../child/serve-child.js";
import { inputsOf, type PortAudioInput } from "./inputs.js";

type Naudiodon = typeof import("naudiodon");

/** PortAudio calls back this often; naudiodon keeps so many of these blocks until they are read. */
const BLOCK_MS = 20;
const MAX_BLOCKS = 100;

serveChild(async () => {
  const naudiodon = await import("naudiodon");
  return {
    list: () => listInputs(naudiodon).map(({ device }) => device),
    record: (device, sink) => record(naudiodon, device, sink),
  };
});

function listInputs(naudiodon: Naudiodon): PortAudioInput[] {
  return inputsOf(naudiodon.getDevices(), naudiodon.getHostAPIs());
}

function record(
  naudiodon: Naudiodon,
  { id, channels, sampleRateHz }: ChildDevice,
  sink: SampleSink,
): ChildDevice {
  const asked = listInputs(naudiodon).find(({ device }) => device.id === id);
  if (asked === undefined) throw new MubblesError("DEVICE_LOST", { detail: "PortAudio does not list it" });
  const framesPerBuffer = Math.round((sampleRateHz * BLOCK_MS) / 1000);
  const stream = naudiodon.AudioIO({
    inOptions: {
      deviceId: asked.index,
      channelCount: channels,
      sampleRate: sampleRateHz,
      sampleFormat: naudiodon.SampleFormatFloat32,
      framesPerBuffer,
      highwaterMark: framesPerBuffer * channels * Float32Array.BYTES_PER_ELEMENT,
      maxQueue: MAX_BLOCKS,
      closeOnError: false,
    },
  });
  stream.on("data", (bytes: Buffer) => sink.samples(bytes));
  stream.on("error", (error: Error) => sink.lost(error.message));
  stream.on("end", () => sink.lost("the recording ended"));
  // PortAudio reads its list anew when a stream opens, and not again while one is open: this is the list that it opened from.
  const opened = listInputs(naudiodon).find(({ index }) => index === asked.index)?.device;
  if (opened?.id !== id) {
    throw new MubblesError("DEVICE_WRONG", { detail: `asked for ${id}, got ${opened?.id ?? "the default"}` });
  }
  stream.start();
  return opened;
}
