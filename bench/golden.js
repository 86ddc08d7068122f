/**
 * Holds `--strategy reference` against what openai/whisper itself wrote: tokens, segment and word times, figures, languages.
 *
 *     npm run bench:golden -- --model FP32-FOLDER [--mode beam5|greedy|translate] [--golden-model base|tiny.en] [--match TEXT]
 *                             [--data DIR] [--golden DIR] [--through-ffmpeg]
 *
 * DIR of --golden holds MODEL/MODE/CLIP.json as openai/whisper's transcribe() returns it with word_timestamps, and
 * `language_probs`. Compared are clips that are 16 kHz at the source (no two resamplers agree to the bit) and were decoded at
 * temperature 0 (what was sampled cannot be repeated); the others are listed with the reason. With --through-ffmpeg all are
 * brought to 16 kHz by ffmpeg first, as openai/whisper's load_audio() does, and none is left out for its rate.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openMedia } from "../dist/audio/media.js";
import { assembleWindow, LogMel } from "../dist/dsp/mel.js";
import { DEFAULT_DECODING_OPTIONS } from "../dist/model/decoding-options.js";
import { Engine } from "../dist/model/engine.js";
import { DEFAULT_REFERENCE_OPTIONS } from "../dist/pipeline/reference/reference-options.js";
import { transcribe } from "../dist/pipeline/transcribe.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_FRAMES, WINDOW_SAMPLES } from "../dist/units.js";

const SHARED = fileURLToPath(new URL("../../shared", import.meta.url));
/** What counts as equal: half a unit of the last digit that openai/whisper keeps, and the issue's own tolerances. */
const SEGMENT_SECONDS = 0.005;
const WORD_SECONDS = 0.02 + 1e-6;

/** @type {Record<string, Partial<import("../src/model/decoding-options.js").DecodingOptions>>} */
const MODES = {
  beam5: { beamSize: 5 },
  greedy: { beamSize: 1, temperatures: [0] },
  translate: { beamSize: 5, task: "translate" },
};

/**
 * @typedef {{ word: string, start: number, end: number, probability: number }} GoldenWord
 * @typedef {{ start: number, end: number, text: string, tokens: number[], temperature: number, avg_logprob: number,
 *   compression_ratio: number, no_speech_prob: number, words: GoldenWord[] }} GoldenSegment
 * @typedef {{ text: string, language: string, segments: GoldenSegment[], language_probs?: Record<string, number> }} Golden
 * @typedef {{ file: string, tokens: boolean, segmentTimes: boolean, words: number, wordsNear: number,
 *   differences: Record<string, number>, note: string }} Comparison
 */

async function main() {
  const { values } = parseArgs({
    options: {
      model: { type: "string" },
      mode: { type: "string", default: "beam5" },
      "golden-model": { type: "string", default: "base" },
      match: { type: "string", default: "" },
      data: { type: "string", default: join(SHARED, "data") },
      golden: { type: "string", default: join(SHARED, "golden") },
      "through-ffmpeg": { type: "boolean", default: false },
    },
  });
  const mode = MODES[values.mode];
  if (mode === undefined) throw new Error(`--mode: expected ${Object.keys(MODES).join(", ")}`);
  if (values.model === undefined) throw new Error("--model: name a model converted with --compute fp32");
  const folder = join(values.golden, values["golden-model"], values.mode);
  if (!existsSync(folder)) throw new Error(`no reference: ${folder} is missing`);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json") && name.includes(values.match))
    .map((name) => name.slice(0, -".json".length))
    .sort();

  const engine = await Engine.start({ model: values.model, compute: undefined, threads: undefined });
  const scratch = values["through-ffmpeg"] ? mkdtempSync(join(tmpdir(), "golden-")) : undefined;
  /** @type {Comparison[]} */
  const compared = [];
  /** @type {string[]} */
  const leftOut = [];
  try {
    for (const file of files) {
      const golden = /** @type {Golden} */ (JSON.parse(readFileSync(join(folder, `${file}.json`), "utf8")));
      const source = join(values.data, file);
      const path = scratch === undefined ? source : resampled(source, scratch);
      const reason = await whyNot(path, golden);
      if (reason !== undefined) leftOut.push(`${file}: ${reason}`);
      else compared.push(await compare(file, path, golden, mode, engine));
    }
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
    await engine.close();
  }
  report(compared, leftOut, `${values["golden-model"]}/${values.mode}`);
}

/**
 * openai/whisper audio.py:25-62.
 *
 * @param {string} source
 * @param {string} folder
 */
function resampled(source, folder) {
  const path = join(folder, "clip.wav");
  const format = ["-ac", "1", "-acodec", "pcm_s16le", "-ar", String(SAMPLE_RATE_HZ)];
  const { status, stderr } = spawnSync("ffmpeg", ["-y", "-nostdin", "-i", source, ...format, path]);
  if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
  return path;
}

/**
 * @param {string} path
 * @param {Golden} golden
 */
async function whyNot(path, golden) {
  const hottest = Math.max(0, ...golden.segments.map(({ temperature }) => temperature));
  if (hottest > 0) return `sampled at temperature ${hottest}`;
  const media = await openMedia(path, { channel: "mix", signal: new AbortController().signal });
  await media.close();
  const { sampleRateHz } = media.info;
  return sampleRateHz === SAMPLE_RATE_HZ ? undefined : `${sampleRateHz} Hz`;
}

/**
 * @param {string} file
 * @param {string} path
 * @param {Golden} golden
 * @param {Partial<import("../src/model/decoding-options.js").DecodingOptions>} mode
 * @param {Engine} engine
 * @returns {Promise<Comparison>}
 */
async function compare(file, path, golden, mode, engine) {
  const { segments, language } = await run(path, mode, engine);
  const theirs = golden.segments.filter(({ text }) => text !== "");
  const difference = /** @type {Record<string, number>} */ ({});
  const note = (/** @type {string} */ name, /** @type {number} */ value) => {
    difference[name] = Math.max(difference[name] ?? 0, Math.abs(value));
  };
  const tokens = same(
    segments.flatMap((segment) => [...segment.tokens]),
    theirs.flatMap((segment) => segment.tokens),
  );
  let segmentTimes = segments.length === theirs.length;
  let words = 0;
  let wordsNear = 0;
  if (tokens) {
    for (const [i, segment] of segments.entries()) {
      const other = theirs[i];
      if (other === undefined) break;
      note("segment seconds", segment.startSeconds - other.start);
      note("segment seconds", segment.endSeconds - other.end);
      if (Math.abs(segment.startSeconds - other.start) > SEGMENT_SECONDS) segmentTimes = false;
      if (Math.abs(segment.endSeconds - other.end) > SEGMENT_SECONDS) segmentTimes = false;
      note("avg_logprob", segment.avgLogprob - other.avg_logprob);
      note("no_speech_prob", segment.noSpeechProb - other.no_speech_prob);
      note("compression_ratio", segment.compressionRatio - other.compression_ratio);
      for (const [j, theirWord] of other.words.entries()) {
        words++;
        const word = segment.words?.[j];
        if (word?.word !== theirWord.word) continue;
        const apart = Math.max(
          Math.abs(word.startSeconds - theirWord.start),
          Math.abs(word.endSeconds - theirWord.end),
        );
        if (apart <= WORD_SECONDS) wordsNear++;
        note("word probability", word.probability - theirWord.probability);
      }
    }
  }
  if (golden.language_probs !== undefined) {
    const { probabilities } = await engine.detectLanguage(await firstWindow(path, engine.nMels));
    for (const [code, probability] of Object.entries(golden.language_probs)) {
      note("language probability", (probabilities[code] ?? 0) - probability);
    }
  }
  const wrongLanguage = segments.length > 0 && language !== golden.language ? `language ${language}` : "";
  return { file, tokens, segmentTimes, words, wordsNear, differences: difference, note: wrongLanguage };
}

/**
 * @param {string} path
 * @param {Partial<import("../src/model/decoding-options.js").DecodingOptions>} mode
 * @param {Engine} engine
 */
async function run(path, mode, engine) {
  /** @type {import("../src/transcript.js").Segment[]} */
  const segments = [];
  /** @type {string | undefined} */
  let language;
  /** @type {import("../src/pipeline/transcribe-options.js").TranscribeOptions} */
  const options = {
    strategy: "reference",
    channel: "mix",
    speakers: [],
    raw: undefined,
    words: true,
    initialPrompt: undefined,
    decoding: { ...DEFAULT_DECODING_OPTIONS, ...mode },
    vad: undefined,
    reference: DEFAULT_REFERENCE_OPTIONS,
  };
  for await (const event of transcribe(path, options, engine, new AbortController().signal)) {
    if (event.type === "segment") segments.push(event.segment);
    if (event.type === "end") language = event.language;
  }
  return { segments, language };
}

/**
 * The first 30 s on their own, as detect_language() of openai/whisper gets them.
 *
 * @param {string} path
 * @param {80 | 128} nMels
 */
async function firstWindow(path, nMels) {
  const media = await openMedia(path, { channel: "mix", signal: new AbortController().signal });
  const samples = new Float32Array(WINDOW_SAMPLES);
  let filled = 0;
  for await (const chunk of media.audio) {
    const part = chunk.subarray(0, WINDOW_SAMPLES - filled);
    samples.set(part, filled);
    filled += part.length;
    if (filled === WINDOW_SAMPLES) break;
  }
  await media.close();
  const mel = new LogMel(nMels);
  const columns = new Float32Array((WINDOW_SAMPLES / HOP_SAMPLES + 8) * nMels);
  const count = mel.push(samples, columns);
  mel.flush(columns.subarray(count * nMels));
  mel.free();
  const out = new Float32Array(nMels * WINDOW_FRAMES);
  assembleWindow(columns, WINDOW_FRAMES, nMels, out);
  return out;
}

/**
 * @param {readonly Comparison[]} compared
 * @param {readonly string[]} leftOut
 * @param {string} name
 */
function report(compared, leftOut, name) {
  for (const { file, tokens, segmentTimes, words, wordsNear, differences, note } of compared) {
    const far = Object.entries(differences).filter(([, value]) => value > 0.01);
    if (tokens && segmentTimes && words === wordsNear && far.length === 0 && note === "") continue;
    const parts = [
      tokens ? "" : "other tokens",
      tokens && !segmentTimes ? "other segment times" : "",
      tokens && words !== wordsNear ? `${words - wordsNear} of ${words} words elsewhere` : "",
      ...far.map(([what, value]) => `${what} ${value.toFixed(3)}`),
      note,
    ];
    print(`  ${file}: ${parts.filter(Boolean).join("; ")}`);
  }
  print(`left out (${leftOut.length}):`);
  for (const line of leftOut) print(`  ${line}`);
  const equal = compared.filter(({ tokens }) => tokens);
  const sum = (/** @type {(comparison: Comparison) => number} */ pick) =>
    equal.reduce((total, one) => total + pick(one), 0);
  const words = sum((one) => one.words);
  print(`${name}: tokens identical in ${equal.length} of ${compared.length} clips`);
  print(`segment times equal in ${sum((one) => (one.segmentTimes ? 1 : 0))} of these`);
  print(
    `words within 0.02 s: ${sum((one) => one.wordsNear)} of ${words} (${percent(
      sum((one) => one.wordsNear),
      words,
    )})`,
  );
  const largest = /** @type {Record<string, number>} */ ({});
  for (const { differences } of equal) {
    for (const [what, value] of Object.entries(differences))
      largest[what] = Math.max(largest[what] ?? 0, value);
  }
  for (const [what, value] of Object.entries(largest))
    print(`largest difference, ${what}: ${value.toFixed(6)}`);
}

/**
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 */
function same(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/**
 * @param {number} part
 * @param {number} whole
 */
function percent(part, whole) {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(2)} %`;
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

await main();
