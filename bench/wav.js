/** Samples as a WAV file. */
import { partHeader } from "../dist/audio/recorded/part-file.js";

/**
 * @param {Float32Array} samples full scale ±1; what lies beyond is clipped
 * @returns {Int16Array}
 */
export function toInt16(samples) {
  return Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767));
}

/**
 * @param {Int16Array} samples 16 kHz mono
 * @returns {Buffer}
 */
export function wav(samples) {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return Buffer.concat([partHeader(samples.length), bytes]);
}
