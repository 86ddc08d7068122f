/**
 * What loudspeakers and a room make of the loopback on its way into the microphone. All is computed from fixed seeds.
 *
 * @typedef {object} Leak
 * @property {number} gainDb of the leak's energy over the loopback's
 * @property {number} lagMs from the loopback to its direct sound
 * @property {number} roomSeconds time in which the room's tail decays by 60 dB; 0: no room
 * @property {number} [driftPpm] so much faster does the clock of the loudspeakers run
 * @property {{ seconds: number, gainDb: number }} [volumeStep] from then on so much louder
 * @property {{ seconds: number, lagMs: number }} [lagStep] from then on so much later
 * @property {number} [clipAt] amplitude that the loudspeakers approach but never reach: they distort
 */
import { seededRandom } from "../../dist/model/decoding/sampling.js";

const SAMPLE_RATE_HZ = 16_000;

/** @type {Leak} */
const USUAL = { gainDb: -6, lagMs: 40, roomSeconds: 0 };

/**
 * What devices do besides.
 * @type {Record<string, Leak>}
 */
export const DEVICE_LEAKS = {
  "clocks 50 ppm apart": { ...USUAL, driftPpm: 50 },
  "clocks −100 ppm apart": { ...USUAL, driftPpm: -100 },
  "6 dB louder after 3 s": { ...USUAL, gainDb: -12, volumeStep: { seconds: 3, gainDb: 6 } },
  "6 dB softer after 3 s": { ...USUAL, gainDb: -3, volumeStep: { seconds: 3, gainDb: -6 } },
  "20 ms later after 3 s": { ...USUAL, lagStep: { seconds: 3, lagMs: 20 } },
  "30 ms earlier after 3 s": { ...USUAL, lagStep: { seconds: 3, lagMs: -30 } },
  "loudspeakers that distort": { ...USUAL, clipAt: 0.15 },
  "lag 300 ms": { ...USUAL, lagMs: 300 },
};

/**
 * @param {Float32Array} loopback
 * @param {Leak} leak
 * @param {number} length of the result, in samples
 * @param {number} seed of the room
 * @returns {Float32Array}
 */
export function leakOf(loopback, leak, length, seed) {
  const { clipAt, volumeStep, lagStep, driftPpm = 0, gainDb, lagMs, roomSeconds } = leak;
  const played =
    clipAt === undefined ? loopback : loopback.map((sample) => clipAt * Math.tanh(sample / clipAt));
  const heard = inRoom(played, roomSeconds, seed);
  const stepAt = (volumeStep?.seconds ?? Number.POSITIVE_INFINITY) * SAMPLE_RATE_HZ;
  const lagStepAt = (lagStep?.seconds ?? Number.POSITIVE_INFINITY) * SAMPLE_RATE_HZ;
  return Float32Array.from({ length }, (_, i) => {
    const gain = decibels(gainDb + (i >= stepAt ? (volumeStep?.gainDb ?? 0) : 0));
    const lag = lagMs + (i >= lagStepAt ? (lagStep?.lagMs ?? 0) : 0);
    return gain * between(heard, i * (1 + driftPpm * 1e-6) - (lag / 1000) * SAMPLE_RATE_HZ);
  });
}

/**
 * Direct sound and a tail of as much energy.
 * @param {Float32Array} samples
 * @param {number} seconds
 * @param {number} seed
 */
function inRoom(samples, seconds, seed) {
  const taps = Math.round(seconds * SAMPLE_RATE_HZ);
  if (taps === 0) return samples;
  const random = seededRandom(seed);
  const response = Float64Array.from({ length: taps }, (_, i) => (random() - 0.5) * 10 ** ((-3 * i) / taps));
  response[0] = Math.hypot(...response.subarray(1));
  const scale = Math.SQRT1_2 / response[0];
  const out = new Float32Array(samples.length + taps);
  for (const [tap, value] of response.entries()) {
    for (let i = 0; i < samples.length; i++) out[i + tap] += scale * value * samples[i];
  }
  return out;
}

/** Half a window of the interpolation. */
const REACH = 16;

/**
 * The value between samples, by a windowed sinc.
 * @param {Float32Array} samples
 * @param {number} position
 */
function between(samples, position) {
  const first = Math.floor(position);
  const rest = position - first;
  if (rest === 0) return samples[first] ?? 0;
  let sum = 0;
  for (let i = 1 - REACH; i <= REACH; i++) {
    const x = i - rest;
    const window = Math.cos((Math.PI * x) / (2 * REACH + 2)) ** 2;
    sum += ((samples[first + i] ?? 0) * window * Math.sin(Math.PI * x)) / (Math.PI * x);
  }
  return sum;
}

/** @param {number} value */
function decibels(value) {
  return 10 ** (value / 20);
}
