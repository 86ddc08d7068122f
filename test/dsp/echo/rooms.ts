/** Real speech, twice, and what a room makes of it: the parts that tests of the echo canceller are mixed from. */
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import { decode, fixture } from "../../audio/decode.js";

/** 7.1 s of speech, in full scale ±1. */
export async function speech(): Promise<Float32Array> {
  return (await decode(fixture("austen-0870.wav"))).samples;
}

/** Another voice of the same loudness, with other words at every moment: speech played backwards. */
export function otherVoice(samples: Float32Array): Float32Array {
  return samples.slice().reverse();
}

export function decibels(value: number): number {
  return 10 ** (value / 20);
}

/** What a pure delay makes of a sound. */
export function delayed(samples: Float32Array, lagSamples: number, gain = 1): Float32Array {
  const out = new Float32Array(samples.length);
  for (let i = Math.max(0, lagSamples); i < out.length; i++) out[i] = gain * (samples[i - lagSamples] ?? 0);
  return out;
}

/** A delay that grows by `drift` samples a sample, each value interpolated by a windowed sinc. */
export function drifting(samples: Float32Array, lagSamples: number, drift: number, gain = 1): Float32Array {
  return samples.map((_, i) => {
    const position = i * (1 - drift) - lagSamples;
    const first = Math.floor(position);
    let sum = 0;
    for (let at = first - 15; at <= first + 16; at++) {
      const x = position - at;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      sum += (samples[at] ?? 0) * sinc * Math.cos((Math.PI * x) / 34) ** 2;
    }
    return gain * sum;
  });
}

/** Direct sound and a tail of as much energy, which decays by 60 dB in `seconds`. */
export function inRoom(samples: Float32Array, seconds: number, seed = 1): Float32Array {
  const random = seededRandom(seed);
  const length = Math.round(seconds * 16_000);
  const response = Float64Array.from({ length }, (_, i) => (random() * 2 - 1) * 10 ** ((-3 * i) / length));
  response[0] = Math.sqrt(response.reduce((sum, value) => sum + value * value, 0));
  const scale = Math.SQRT1_2 / response[0];
  const out = new Float32Array(samples.length);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    const taps = Math.min(length, i + 1);
    for (let tap = 0; tap < taps; tap++) sum += response[tap]! * samples[i - tap]!;
    out[i] = scale * sum;
  }
  return out;
}

/** The noise that every microphone has, −66 dBFS. */
export function microphoneNoise(length: number, seed = 2): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => 1e-3 * (random() * 2 - 1));
}

export function sum(...sounds: Float32Array[]): Float32Array {
  return Float32Array.from(sounds[0]!, (_, i) => sounds.reduce((total, sound) => total + sound[i]!, 0));
}

/** Power of [start, end) seconds, in dB. */
export function levelDb(samples: Float32Array, startSeconds: number, endSeconds: number): number {
  const part = samples.subarray(startSeconds * 16_000, endSeconds * 16_000);
  return 10 * Math.log10(part.reduce((total, value) => total + value * value, 1e-20) / part.length);
}
