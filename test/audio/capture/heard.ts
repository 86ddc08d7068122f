/** What a stream delivered, and how much of it is what was played. */
import type { CapturePacket, CaptureStream } from "../../../src/audio/capture/backend.js";
import { Resampler } from "../../../src/dsp/resample.js";

const RATE_HZ = 16_000;
/** What of the reference is looked for to find where it begins: a quarter of a second, well inside of it. */
const PROBE = { from: 8000, to: 12_000 };

/** What arrives from now on until `ended` resolves and a little longer: 16 kHz mono. */
export async function recordUntil(stream: CaptureStream, ended: Promise<unknown>): Promise<Float32Array> {
  let isEnded = false;
  void ended.finally(() => {
    // What was played last is still on its way.
    setTimeout(() => {
      isEnded = true;
    }, 500);
  });
  const packets: CapturePacket[] = [];
  for await (const packet of stream.packets) {
    packets.push(packet);
    if (isEnded) break;
  }
  return toMono(packets);
}

/** Normalised correlation of all of `reference` with the part of `recorded` that is most like it: 1 where it is the same. */
export function likeness(reference: Float32Array, recorded: Float32Array): number {
  let best = { correlation: -1, at: 0 };
  for (let at = 0; at + PROBE.to <= recorded.length; at++) {
    const correlation = correlationAt(at, reference, recorded, PROBE);
    if (correlation > best.correlation) best = { correlation, at };
  }
  return correlationAt(best.at, reference, recorded, { from: 0, to: reference.length });
}

/** Of the samples `from` to `to` of the reference with those of a recording that has the reference `at` samples from its start. */
function correlationAt(
  at: number,
  reference: Float32Array,
  recorded: Float32Array,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  let product = 0;
  let energy = 0;
  let referenceEnergy = 0;
  for (let i = from; i < to; i++) {
    const expected = reference[i] ?? 0;
    const sample = recorded[at + i] ?? 0;
    product += expected * sample;
    energy += sample * sample;
    referenceEnergy += expected * expected;
  }
  return product / Math.sqrt(energy * referenceEnergy || 1);
}

function toMono(packets: readonly CapturePacket[]): Float32Array {
  const [first] = packets;
  if (first === undefined) return new Float32Array(0);
  const { channels, sampleRateHz } = first;
  const frames = packets.flatMap(({ samples }) => {
    const mono: number[] = [];
    for (let at = 0; at < samples.length; at += channels)
      mono.push(samples.subarray(at, at + channels).reduce((sum, sample) => sum + sample) / channels);
    return mono;
  });
  const resampler = new Resampler(sampleRateHz, RATE_HZ);
  const output = new Float32Array(resampler.maxOutputSamples(frames.length));
  return output.slice(0, resampler.process(Float32Array.from(frames), output));
}
