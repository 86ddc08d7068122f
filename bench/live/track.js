/** What a channel hears in a live measurement: clips after one another with pauses between them, and silence at the end. */
import { openMedia } from "../../dist/audio/media.js";
import { toInt16 } from "../wav.js";

const SAMPLE_RATE_HZ = 16_000;
const LEAD_SECONDS = 1;
const PAUSE_SECONDS = 1.5;

/**
 * @typedef {import("./clips.js").SpokenWord} SpokenWord
 * @typedef {object} Track
 * @property {Int16Array} samples 16 kHz mono
 * @property {SpokenWord[]} words with their times in the track
 * @property {number} speechSeconds where the last clip ends
 * @property {number} lengthSeconds
 */

/**
 * @param {readonly import("./clips.js").Clip[]} clips
 * @param {number} silenceSeconds at the end
 * @returns {Promise<Track>}
 */
export async function makeTrack(clips, silenceSeconds) {
  const chunks = [new Int16Array(LEAD_SECONDS * SAMPLE_RATE_HZ)];
  const words = [];
  let position = LEAD_SECONDS * SAMPLE_RATE_HZ;
  for (const clip of clips) {
    const offsetSeconds = position / SAMPLE_RATE_HZ;
    for (const { word, startSeconds, endSeconds } of clip.words)
      words.push({
        word,
        startSeconds: offsetSeconds + startSeconds,
        endSeconds: offsetSeconds + endSeconds,
      });
    const samples = await decode(clip.path);
    const pause = new Int16Array(PAUSE_SECONDS * SAMPLE_RATE_HZ);
    chunks.push(samples, pause);
    position += samples.length + pause.length;
  }
  const speechSeconds = position / SAMPLE_RATE_HZ - PAUSE_SECONDS;
  chunks.push(new Int16Array(Math.round(silenceSeconds * SAMPLE_RATE_HZ)));
  const samples = joined(chunks);
  return { samples, words, speechSeconds, lengthSeconds: samples.length / SAMPLE_RATE_HZ };
}

/**
 * @param {string} path
 * @returns {Promise<Int16Array>} 16 kHz mono
 */
async function decode(path) {
  const media = await openMedia(path, { channel: "mix", signal: new AbortController().signal });
  const chunks = [];
  for await (const chunk of media.audio) chunks.push(toInt16(/** @type {Float32Array} */ (chunk)));
  await media.close();
  return joined(chunks);
}

/** @param {readonly Int16Array[]} chunks */
function joined(chunks) {
  const all = new Int16Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const chunk of chunks) {
    all.set(chunk, position);
    position += chunk.length;
  }
  return all;
}
