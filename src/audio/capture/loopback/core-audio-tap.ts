/** What a Mac plays, by a Core Audio tap (macOS 14.2 and later) through audiotee. The only file that imports it. Never run on a Mac: see docs/devices.md. */
import type { ChildDevice } from "../child/child-protocol.js";
import type { ChildRecorder, SampleSink } from "../child/serve-child.js";

const BYTES_PER_SAMPLE = 2;
const FULL_SCALE = 32_768;
const CHUNK_MS = 20;

/** All of the system's sound, whatever output it goes to; audiotee mixes it to one channel of the rate that it is told. */
const SYSTEM_AUDIO: ChildDevice = {
  id: "system-audio",
  name: "System audio",
  aliases: [],
  kind: "loopback",
  isDefault: true,
  channels: 1,
  sampleRateHz: 48_000,
};

/** Throws where audiotee is not installed. */
export async function loadCoreAudioTap(): Promise<ChildRecorder> {
  return coreAudioTap(await import("audiotee"));
}

export function coreAudioTap({ AudioTee }: typeof import("audiotee")): ChildRecorder {
  return {
    list: () => [SYSTEM_AUDIO],
    record: async (_, sink) => {
      const tap = new AudioTee({ sampleRate: SYSTEM_AUDIO.sampleRateHz, chunkDurationMs: CHUNK_MS });
      const take = floatsOf16Bit(sink);
      tap.on("data", ({ data }) => take(data));
      tap.on("error", (error) => sink.lost(error.message));
      tap.on("stop", () => sink.lost("the tap ended"));
      await tap.start();
      return SYSTEM_AUDIO;
    },
  };
}

/** The pipe from audiotee may cut a sample in two. */
function floatsOf16Bit(sink: SampleSink): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    const whole = Buffer.concat([rest, bytes]);
    const samples = new Float32Array(Math.floor(whole.length / BYTES_PER_SAMPLE));
    for (let i = 0; i < samples.length; i++)
      samples[i] = whole.readInt16LE(i * BYTES_PER_SAMPLE) / FULL_SCALE;
    rest = whole.subarray(samples.length * BYTES_PER_SAMPLE);
    sink.samples(new Uint8Array(samples.buffer));
  };
}
