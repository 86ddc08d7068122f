/** Voices of one loudness. */
import { openMedia } from "../../dist/audio/media.js";
import { seededRandom } from "../../dist/model/decoding/sampling.js";

/** Where somebody speaks. */
const SPEECH_RMS = 0.08;
const NOISE_RMS = 1e-4;
/** Samples below this part of the peak are pauses. */
const PAUSE_SHARE = 0.02;

/**
 * @param {string} path
 * @returns {Promise<Float32Array>} 16 kHz mono
 */
export async function readVoice(path) {
  const media = await openMedia(path, { channel: "mix", signal: new AbortController().signal });
  const samples = [];
  for await (const chunk of media.audio) samples.push(...chunk);
  await media.close();
  const peak = samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
  const spoken = samples.filter((sample) => Math.abs(sample) > PAUSE_SHARE * peak);
  const rms = Math.sqrt(spoken.reduce((sum, sample) => sum + sample * sample, 0) / spoken.length);
  return Float32Array.from(samples, (sample) => (sample / rms) * SPEECH_RMS);
}

/**
 * What every microphone has.
 * @param {number} length
 * @param {number} seed
 * @returns {Float32Array}
 */
export function microphoneNoise(length, seed) {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => NOISE_RMS * Math.sqrt(12) * (random() - 0.5));
}
