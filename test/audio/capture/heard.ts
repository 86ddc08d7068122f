/** What a stream delivered, and how much of it is what was played. */
import type { CapturePacket, CaptureStream } from "../../../src/audio/capture/backend.js";
import { Resampler } from "../../../src/dsp/resample.js";

/** Enough for speech to be told apart, and little to compare. */
const RATE_HZ = 8000;
const PIECE_SAMPLES = RATE_HZ / 2;
/** Normalised correlation from which a piece counts as the same sound. */
const SAME = 0.85;
/** Quieter pieces are like anything. */
const MIN_RMS = 0.01;
/** A busy machine makes the player or the server pause: pieces may come this much later than the one before says, hardly earlier. */
const LATE_SAMPLES = RATE_HZ / 2;
const EARLY_SAMPLES = RATE_HZ / 20;

/** What arrives from now on until `ended` resolves and a little longer. */
export async function recordUntil(stream: CaptureStream, ended: Promise<unknown>): Promise<Float32Array> {
  let isEnded = false;
  void ended.finally(() => {
    // What was played last is still on its way.
    setTimeout(() => {
      isEnded = true;
    }, 1000);
  });
  const packets: CapturePacket[] = [];
  for await (const packet of stream.packets) {
    packets.push(packet);
    if (isEnded) break;
  }
  return toMono(packets);
}

/** How much of a 16 kHz `reference` is in `recorded`: the share of its half seconds that are there, one after another. */
export function shareHeard(reference: Float32Array, recorded: Float32Array): number {
  const expected = resampled(reference, 16_000);
  let pieces = 0;
  let found = 0;
  /** Where in the recording the reference begins, by the piece found last. */
  let offset: number | undefined;
  for (let from = 0; from + PIECE_SAMPLES <= expected.length; from += PIECE_SAMPLES) {
    const piece = expected.subarray(from, from + PIECE_SAMPLES);
    if (Math.sqrt(energyOf(piece) / PIECE_SAMPLES) < MIN_RMS) continue;
    pieces++;
    const range: [number, number] =
      offset === undefined
        ? [0, recorded.length]
        : [from + offset - EARLY_SAMPLES, from + offset + LATE_SAMPLES];
    const { at, correlation } = bestPlace(piece, recorded, ...range);
    if (correlation < SAME) continue;
    found++;
    offset = at - from;
  }
  return found / pieces;
}

function bestPlace(piece: Float32Array, recorded: Float32Array, from: number, to: number) {
  const pieceEnergy = energyOf(piece);
  let best = { at: 0, correlation: -1 };
  for (let at = Math.max(0, from); at < to && at + piece.length <= recorded.length; at++) {
    let product = 0;
    let energy = 0;
    for (let i = 0; i < piece.length; i++) {
      const sample = recorded[at + i] as number;
      product += (piece[i] as number) * sample;
      energy += sample * sample;
    }
    const correlation = product / Math.sqrt(energy * pieceEnergy || 1);
    if (correlation > best.correlation) best = { at, correlation };
  }
  return best;
}

function energyOf(samples: Float32Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
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
  return resampled(Float32Array.from(frames), sampleRateHz);
}

/** At the rate of what is compared here. */
export function resampled(samples: Float32Array, sampleRateHz: number): Float32Array {
  const resampler = new Resampler(sampleRateHz, RATE_HZ);
  const output = new Float32Array(resampler.maxOutputSamples(samples.length));
  return output.slice(0, resampler.process(samples, output));
}
