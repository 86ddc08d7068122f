/** A clip cut into utterances, as the live pipeline does it, with what the VAD heard in them. */
import { openMedia } from "../../dist/audio/media.js";
import { SpeechDetector } from "../../dist/dsp/speech-detector.js";
import { SILERO_FRAME_SAMPLES } from "../../dist/model/silero.js";
import { SAMPLE_RATE_HZ } from "../../dist/units.js";

/** As `mubbles listen` has them by default: silence that ends an utterance, and what is kept before its voice. */
export const SILENCE_SECONDS = 0.6;
const PADDING_SECONDS = 0.25;
/** What is longer is cut where its last seconds are least like speech. */
const MAX_UTTERANCE_SECONDS = 28;
const CUT_SEARCH_SECONDS = 6;
/** A microphone goes on after the last word; a clip may end with it. */
const SILENCE_AFTER_CLIP_SECONDS = 1;

/**
 * @typedef {import("../../dist/model/silero.js").SileroVad} SileroVad
 * @typedef {object} Utterance
 * @property {number} startSeconds where its audio begins in the clip
 * @property {number} speechEndSeconds from there on, like the next
 * @property {number} closeSeconds when it is known to be over
 * @property {Float32Array} samples 16 kHz mono, until it is known to be over
 * @property {(seconds: number) => number} silenceBefore how long nobody has been heard by then
 */

/**
 * @param {string} path
 * @param {SileroVad} vad
 * @returns {Promise<Utterance[]>}
 */
export async function utterancesOf(path, vad) {
  const samples = await samplesOf(path);
  const frames = samples.length / SILERO_FRAME_SAMPLES;
  const probabilities = new Float32Array(frames);
  vad.reset();
  vad.process(samples, probabilities);
  const detector = new SpeechDetector({
    minSilenceMs: SILENCE_SECONDS * 1000,
    speechPadMs: PADDING_SECONDS * 1000,
  });
  const spans = [...probabilities, 0].flatMap((probability, i) => {
    const span = i < frames ? detector.push(probability) : detector.end(samples.length);
    return span === undefined ? [] : [span];
  });
  return spans
    .flatMap((span) => cut(span, probabilities))
    .map(({ startSample, voiceEndSample, closeSample }) => ({
      startSeconds: startSample / SAMPLE_RATE_HZ,
      speechEndSeconds: (voiceEndSample - startSample) / SAMPLE_RATE_HZ,
      closeSeconds: (closeSample - startSample) / SAMPLE_RATE_HZ,
      samples: samples.subarray(startSample, closeSample),
      silenceBefore: (seconds) => {
        const endFrame = Math.floor((startSample + seconds * SAMPLE_RATE_HZ) / SILERO_FRAME_SAMPLES);
        let frame = endFrame;
        while (frame > 0 && (probabilities[frame - 1] ?? 1) < detector.negativeThreshold) frame--;
        return ((endFrame - frame) * SILERO_FRAME_SAMPLES) / SAMPLE_RATE_HZ;
      },
    }));
}

/**
 * @param {import("../../dist/dsp/speech-detector.js").SpeechSpan} span
 * @param {Float32Array} probabilities
 * @returns {{ startSample: number, voiceEndSample: number, closeSample: number }[]}
 */
function cut({ startSample, voiceEndSample }, probabilities) {
  const closeSample = voiceEndSample + SILENCE_SECONDS * SAMPLE_RATE_HZ;
  const latest = startSample + MAX_UTTERANCE_SECONDS * SAMPLE_RATE_HZ;
  if (voiceEndSample <= latest) return [{ startSample, voiceEndSample, closeSample }];
  const lastFrame = Math.floor(latest / SILERO_FRAME_SAMPLES);
  const firstFrame = lastFrame - Math.round((CUT_SEARCH_SECONDS * SAMPLE_RATE_HZ) / SILERO_FRAME_SAMPLES);
  const searched = probabilities.subarray(firstFrame, lastFrame);
  const cutSample = (firstFrame + searched.indexOf(Math.min(...searched))) * SILERO_FRAME_SAMPLES;
  return [
    { startSample, voiceEndSample: cutSample, closeSample: cutSample },
    ...cut({ startSample: cutSample, voiceEndSample }, probabilities),
  ];
}

/**
 * Whole frames of the VAD, with the silence after the clip.
 * @param {string} path
 */
async function samplesOf(path) {
  const media = await openMedia(path, { channel: "mix", signal: AbortSignal.timeout(60_000) });
  /** @type {Float32Array[]} */
  const chunks = [];
  try {
    for await (const chunk of media.audio) chunks.push(chunk);
  } finally {
    await media.close();
  }
  const length = chunks.reduce(
    (sum, chunk) => sum + chunk.length,
    SILENCE_AFTER_CLIP_SECONDS * SAMPLE_RATE_HZ,
  );
  const samples = new Float32Array(Math.ceil(length / SILERO_FRAME_SAMPLES) * SILERO_FRAME_SAMPLES);
  let offset = 0;
  for (const chunk of chunks) {
    samples.set(chunk, offset);
    offset += chunk.length;
  }
  return samples;
}
