/**
 * What the engine hears of a clip while it grows: the costly half of bench/live-policies.js. Each utterance is decoded again with
 * every step more of it, as hypotheses and as checks are, and once as a whole, as finals are.
 */
import { assembleWindow, LogMel } from "../../dist/dsp/mel.js";
import { DEFAULT_DECODING_OPTIONS } from "../../dist/model/decoding-options.js";
import { decodeWhole } from "../../dist/pipeline/decode-window.js";
import { checkedText } from "../../dist/pipeline/live/checked-text.js";
import { SaidBefore } from "../../dist/pipeline/live/said-before.js";
import { FRAMES_PER_SECOND, SAMPLE_RATE_HZ, WINDOW_FRAMES } from "../../dist/units.js";
import { utterancesOf } from "./utterances.js";

/** Audio before the first hypothesis of an utterance. */
const FIRST_SECONDS = 0.6;
/** Silence behind the audio of a partial (DESIGN.md §2). */
const SILENCE_BEHIND_SECONDS = 0.5;

/**
 * @typedef {import("../../dist/model/engine.js").Engine} Engine
 * @typedef {import("../../dist/pipeline/live/policy/text-policy.js").Hypothesis & { computeSeconds: number, checked: readonly AlignedWord[] }} RecordedHypothesis
 * @typedef {import("../../dist/model/timing/aligned-word.js").AlignedWord} AlignedWord
 * @typedef {import("../../dist/transcript.js").Word} Word
 * @typedef {object} RecordedUtterance
 * @property {number} startSeconds where its audio begins in the clip
 * @property {number} speechEndSeconds from there on, as all times of words
 * @property {number} closeSeconds when it was known to be over
 * @property {readonly Word[]} final
 * @property {RecordedHypothesis[]} hypotheses
 */

/**
 * @param {string} path
 * @param {{ engine: Engine, vad: import("../../dist/model/silero.js").SileroVad, language: string, stepSeconds: number }} context
 * @returns {Promise<RecordedUtterance[]>}
 */
export async function recordClip(path, { engine, vad, language, stepSeconds }) {
  const recording = engine.newRecording();
  /** @type {RecordedUtterance[]} */
  const recorded = [];
  for (const { samples, silenceBefore, ...times } of await utterancesOf(path, vad)) {
    const columns = columnsOf(samples, engine.nMels);
    /** @type {RecordedHypothesis[]} */
    const hypotheses = [];
    /** @type {readonly number[]} */
    let draft = [];
    for (let audioSeconds = FIRST_SECONDS; audioSeconds <= times.closeSeconds; audioSeconds += stepSeconds) {
      const heard = await engine.decodePartial({
        recording,
        mel: melOf(columns, engine.nMels, audioSeconds, SILENCE_BEHIND_SECONDS),
        windowSeconds: audioSeconds,
        task: "transcribe",
        language,
        suppressTokens: DEFAULT_DECODING_OPTIONS.suppressTokens,
        draft,
      });
      draft = heard.tokens;
      hypotheses.push({
        words: heard.words,
        isCut: heard.isCut,
        audioSeconds,
        silenceSeconds: silenceBefore(audioSeconds),
        isEnding: false,
        computeSeconds: heard.encodeSeconds + heard.decodeSeconds,
        checked: await checkedWords(columns, audioSeconds, { engine, recording, language }),
      });
    }
    const final = await finalOf(columns, samples.length, times.speechEndSeconds, {
      engine,
      recording,
      language,
    });
    recorded.push({ ...times, final, hypotheses });
  }
  engine.endRecording(recording);
  return recorded;
}

/**
 * @param {Float32Array} columns
 * @param {number} seconds
 * @param {{ engine: Engine, recording: number, language: string }} context
 * @returns {Promise<readonly AlignedWord[]>}
 */
async function checkedWords(columns, seconds, { engine, recording, language }) {
  const frames = Math.round(seconds * FRAMES_PER_SECOND);
  const audio = {
    startSample: 0,
    endSample: Math.round(seconds * SAMPLE_RATE_HZ),
    columns: columns.slice(0, frames * engine.nMels),
  };
  const { text } = await checkedText({
    ...{ startSample: 0, audio, engine, recording },
    before: new SaidBefore(),
    confirmed: [],
    decoding: { ...DEFAULT_DECODING_OPTIONS, language },
  });
  return text.words;
}

/**
 * Takes the columns.
 * @param {Float32Array} columns
 * @param {number} samples
 * @param {number} speechEndSeconds
 * @param {{ engine: Engine, recording: number, language: string }} context
 * @returns {Promise<Word[]>}
 */
async function finalOf(columns, samples, speechEndSeconds, { engine, recording, language }) {
  const speechEndSample = Math.round(speechEndSeconds * SAMPLE_RATE_HZ);
  const parts = await decodeWhole(
    {
      columns,
      alignColumns: columns,
      channel: 0,
      startSample: 0,
      endSample: samples,
      speech: [{ startSample: 0, endSample: speechEndSample }],
      settledSample: samples,
    },
    {
      options: { decoding: { ...DEFAULT_DECODING_OPTIONS, language }, words: true },
      engine,
      aligner: undefined,
      recording,
      prompt: [],
    },
  );
  return parts.flatMap(({ window, words = [] }) => {
    const offset = window.startSample / SAMPLE_RATE_HZ;
    return words.flat().map((word) => ({
      ...word,
      startSeconds: offset + word.startSeconds,
      endSeconds: offset + word.endSeconds,
    }));
  });
}

/**
 * [columns × mels] log-mel of all samples.
 * @param {Float32Array} samples
 * @param {80 | 128} nMels
 */
function columnsOf(samples, nMels) {
  const mel = new LogMel(nMels);
  const columns = new Float32Array((mel.maxColumns(samples.length) + mel.maxColumns(0)) * nMels);
  const pushed = mel.push(samples, columns);
  const flushed = mel.flush(columns.subarray(pushed * nMels));
  mel.free();
  return columns.subarray(0, (pushed + flushed) * nMels);
}

/**
 * [mels × frames] of the first `seconds` and silence behind.
 * @param {Float32Array} columns
 * @param {80 | 128} nMels
 * @param {number} seconds
 * @param {number} silenceSeconds
 */
function melOf(columns, nMels, seconds, silenceSeconds) {
  const heardFrames = Math.min(Math.round(seconds * FRAMES_PER_SECOND), columns.length / nMels);
  const window = new Float32Array(nMels * WINDOW_FRAMES);
  assembleWindow(columns.subarray(0, heardFrames * nMels), heardFrames, nMels, window);
  const frames = 2 * Math.round(((seconds + silenceSeconds) * FRAMES_PER_SECOND) / 2);
  const mel = new Float32Array(nMels * frames);
  for (let row = 0; row < nMels; row++) {
    mel.set(window.subarray(row * WINDOW_FRAMES, row * WINDOW_FRAMES + frames), row * frames);
  }
  return mel;
}
