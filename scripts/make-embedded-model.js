/**
 * Makes models/whisper-base-int8 from the hub's whisper-base: 8 bits, rounded for the inputs that the linears get from real
 * speech (src/model/quantise.ts). `mubbles models convert` does the same without speech, to the nearest number.
 *
 *     npm run build && node scripts/make-embedded-model.js SOURCE WINDOWS DESTINATION
 *
 * WINDOWS: the folder that scripts/calibration-windows.py writes. The bytes are the same every time on one kind of processor;
 * another may round the sums of its float32 products otherwise. Takes six minutes of processor time.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogMel } from "../dist/dsp/mel.js";
import { convertModel } from "../dist/model/convert.js";
import { CrossCache } from "../dist/model/cross-cache.js";
import { SelfCache } from "../dist/model/self-cache.js";
import { WhisperRuntime } from "../dist/model/whisper-runtime.js";

const THREADS = 2;
const SAMPLES = 480_000;
const COLUMNS = 3000;
const MELS = 80;
const VOCABULARY = 51_865;
const END = 50_257;
const START = 50_258;
const TRANSCRIBE = 50_359;
const NO_TIMESTAMPS = 50_363;
const FIRST_LANGUAGE = 50_259;
const LANGUAGES = 99;
/** @type {Record<string, number>} */
const LANGUAGE_TOKENS = { en: 50_259, fr: 50_265, it: 50_274, ru: 50_263 };
const NOISE_DB = 10;
const WAV_HEADER_BYTES = 44;
const ANY_TOKEN = { textAllowed: true, specialAllowed: true, timestampLow: 0, timestampHigh: 1500 };

const [source = "", folder = "", destination = ""] = process.argv.slice(2);
const random = uniform(12_345);
const temporary = mkdtempSync(join(tmpdir(), "mubbles-embedded-"));
try {
  const rotated = join(temporary, "rotated");
  await convertModel({ source, destination: rotated, compute: "fp32", isRotated: true });
  const windows = readWindows(folder);
  const texts = await textsOf(rotated, windows);
  const moments = new Map();
  await withRuntime(rotated, moments, async (runtime, cross) => {
    for (const [i, { mel }] of windows.entries()) {
      await runtime.encode(mel.slice(), cross, 0);
      for (const tokens of texts[i] ?? []) await step(runtime, cross, newCache(runtime), tokens, false);
    }
  });
  const { sha256 } = await convertModel({ source, destination, compute: "int8", moments });
  process.stdout.write(`${sha256}\n`);
} finally {
  rmSync(temporary, { recursive: true });
}

/** Every recording clean and with noise. */
function readWindows(/** @type {string} */ from) {
  return readdirSync(from)
    .sort()
    .flatMap((file, i) => {
      const samples = readWav(join(from, file));
      const language = LANGUAGE_TOKENS[file.slice(0, 2)] ?? FIRST_LANGUAGE;
      return [samples, withNoise(samples, 2 * i + 2)].map((window) => ({ language, mel: melOf(window) }));
    });
}

/**
 * What the decoder is fed with beside each window: the model's own greedy text, and for some also one without timestamps, or
 * one sampled in a language drawn at random, since the windows speak only four.
 */
async function textsOf(/** @type {string} */ model, /** @type {ReturnType<typeof readWindows>} */ windows) {
  /** @type {number[][][]} */
  const texts = [];
  await withRuntime(model, undefined, async (runtime, cross) => {
    for (const [i, { language, mel }] of windows.entries()) {
      await runtime.encode(mel.slice(), cross, 0);
      const prompt = [START, language, TRANSCRIBE];
      const own = [[...prompt, ...(await decode(runtime, cross, prompt, 100, greedy))]];
      const other = [START, FIRST_LANGUAGE + Math.floor(random() * LANGUAGES), TRANSCRIBE];
      if (i % 2 === 0) own.push([...other, ...(await decode(runtime, cross, other, 60, sample))]);
      if (i % 4 === 1) {
        const timeless = await decode(runtime, cross, prompt, 60, greedy);
        own.push([...prompt, NO_TIMESTAMPS, ...timeless]);
      }
      texts.push(own);
    }
  });
  return texts;
}

/**
 * @param {string} model
 * @param {Map<string, Float64Array> | undefined} moments
 * @param {(runtime: WhisperRuntime, cross: CrossCache) => Promise<void>} work
 */
async function withRuntime(model, moments, work) {
  const runtime = await WhisperRuntime.load(model, THREADS, { moments });
  await work(runtime, new CrossCache(runtime.config, 1, runtime.crossStorage));
  await runtime.release();
}

/** @param {WhisperRuntime} runtime */
function newCache(runtime) {
  return new SelfCache(runtime.config, 1);
}

/**
 * @param {WhisperRuntime} runtime
 * @param {CrossCache} cross
 * @param {readonly number[]} prompt
 * @param {number} limit
 * @param {typeof greedy | typeof sample} choose
 */
async function decode(runtime, cross, prompt, limit, choose) {
  const cache = newCache(runtime);
  const wantLogits = choose === sample;
  let output = await step(runtime, cross, cache, prompt, wantLogits);
  /** @type {number[]} */
  const tokens = [];
  while (tokens.length < limit) {
    const token = choose(output);
    if (token === END) break;
    output = await step(runtime, cross, cache, [token], wantLogits);
    tokens.push(token);
  }
  return tokens;
}

/**
 * @param {WhisperRuntime} runtime
 * @param {CrossCache} cross
 * @param {SelfCache} cache
 * @param {readonly number[]} newTokens
 * @param {boolean} wantLogits
 */
function step(runtime, cross, cache, newTokens, wantLogits) {
  return runtime.step({
    rows: [{ newTokens, constraint: ANY_TOKEN }],
    cross: cross.first(1),
    cache,
    firstWindow: 0,
    mask: new Float32Array(VOCABULARY),
    topK: 1,
    logitIndex: [newTokens.length - 1],
    wantLogits,
  });
}

/** @param {import("../dist/model/whisper-runtime.js").StepOutput} output */
function greedy({ choices }) {
  return choices[0]?.tokens[0] ?? END;
}

/** @param {import("../dist/model/whisper-runtime.js").StepOutput} output */
function sample({ logits }) {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, value) => total + Math.exp(value - largest), 0);
  let left = random() * sum;
  const token = logits.findIndex((value) => {
    left -= Math.exp(value - largest);
    return left <= 0;
  });
  return token < 0 ? VOCABULARY - 1 : token;
}

/** @param {string} path */
function readWav(path) {
  const bytes = readFileSync(path);
  const samples = new Float32Array(SAMPLES);
  const count = Math.min(SAMPLES, (bytes.length - WAV_HEADER_BYTES) >> 1);
  for (let i = 0; i < count; i++) samples[i] = bytes.readInt16LE(WAV_HEADER_BYTES + 2 * i) / 32_768;
  return samples;
}

/**
 * @param {Float32Array} samples
 * @param {number} seed
 */
function withNoise(samples, seed) {
  const noise = uniform(seed);
  const spoken = samples.filter((value) => value !== 0);
  const power = spoken.reduce((sum, value) => sum + value * value, 0) / spoken.length;
  // Even noise between -1/2 and 1/2 has the power 1/12.
  const amplitude = Math.sqrt((12 * power) / 10 ** (NOISE_DB / 10));
  return samples.map((value) => value + amplitude * (noise() - 0.5));
}

/** @param {Float32Array} samples */
function melOf(samples) {
  const stream = new LogMel(MELS);
  const columns = new Float32Array(stream.maxColumns(samples.length) * MELS + COLUMNS * MELS);
  const pushed = stream.push(samples, columns);
  stream.flush(columns.subarray(pushed * MELS));
  stream.free();
  const loudest = columns.subarray(0, COLUMNS * MELS).reduce((a, b) => Math.max(a, b), -10);
  const mel = new Float32Array(MELS * COLUMNS);
  for (let at = 0; at < mel.length; at++) {
    const [band, column] = [at % MELS, Math.floor(at / MELS)];
    mel[band * COLUMNS + column] = (Math.max(columns[at] ?? 0, loudest - 8) + 4) / 4;
  }
  return mel;
}

/** @param {number} seed */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
