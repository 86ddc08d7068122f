/**
 * Text policies of `mubbles listen` on real speech: how long after a word's end it is shown and is certain, how much of what was
 * confirmed the final text contradicts, how often the partial text changes.
 *
 *     npm run bench:policies -- [--data DIR] [--model NAME] [--match TEXT] [--language CODE] [--threads N] [--step SECONDS]
 *                               [--interval SECONDS] [--compute SECONDS] [--cache DIR]
 *
 * Each clip is decoded once with every --step more of it, into files under --cache; later runs replay these, which takes seconds.
 * (Recordings that were made before there were checks have none: name another folder.) A policy then hears a hypothesis every
 * --interval, --compute after its last sample, and the checks that it asks for. Clips fall into two halves by a hash of their names:
 * constants were chosen on the first, the second tells what they are worth.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Engine } from "../dist/model/engine.js";
import { SileroVad } from "../dist/model/silero.js";
import { createTextPolicy } from "../dist/pipeline/live/policy/create-text-policy.js";
import { LocalAgreement } from "../dist/pipeline/live/policy/local-agreement.js";
import { matchWords } from "../dist/pipeline/live/policy/match-words.js";
import { recordClip } from "./live-policies/record.js";
import { replay } from "./live-policies/replay.js";
import { whisperStreaming } from "./live-policies/whisper-streaming.js";
import { readManifest } from "./manifest.js";

const SHARED_DATA = fileURLToPath(new URL("../../shared/data", import.meta.url));
const RESULTS = fileURLToPath(new URL("results/live-policies", import.meta.url));
/** Written without spaces between words. */
const UNSPACED_LANGUAGES = ["zh", "ja", "th", "lo", "my", "yue"];
/** Recordings that are no clips of one speaker's or one talk's sound. */
const OTHER_CATEGORIES = /container|stereo|multi-minute/;
const CHECK_COMPUTE_SECONDS = 0.45;
const FINAL_COMPUTE_SECONDS = 0.6;

const ANY = () => 0;

/** @type {Record<string, () => import("../dist/pipeline/live/policy/text-policy.js").TextPolicy>} */
const POLICIES = {
  "whisper_streaming's LocalAgreement-2": whisperStreaming,
  "LocalAgreement-2": () => new LocalAgreement({ agreedSeconds: ANY }),
  "LocalAgreement-3": () => new LocalAgreement({ hypotheses: 3, agreedSeconds: ANY }),
  "LocalAgreement-4": () => new LocalAgreement({ hypotheses: 4, agreedSeconds: ANY }),
  "local-agreement": () => createTextPolicy("local-agreement"),
  alignatt: () => createTextPolicy("alignatt"),
};

/**
 * @typedef {{ file: string, language: string | null, category: string, word_times?: string }} Clip
 * @typedef {import("./live-policies/record.js").RecordedUtterance} RecordedUtterance
 * @typedef {import("./live-policies/replay.js").Outcome} Outcome
 */

async function main() {
  const { values } = parseArgs({
    options: {
      data: { type: "string", default: SHARED_DATA },
      cache: { type: "string", default: RESULTS },
      model: { type: "string", default: "base" },
      match: { type: "string", default: "" },
      language: { type: "string" },
      threads: { type: "string", default: "2" },
      step: { type: "string", default: "0.2" },
      interval: { type: "string", default: "0.4" },
      compute: { type: "string", default: "0.2" },
    },
  });
  /** @type {Clip[]} */
  const clips = readManifest(values.data).filter(
    ({ file, language, category }) =>
      language !== null &&
      (values.language ?? language) === language &&
      !OTHER_CATEGORIES.test(category) &&
      file.includes(values.match),
  );
  const recordings = await recordAll(clips, {
    data: values.data,
    cache: join(values.cache, values.model.replaceAll(/[^\w.-]+/g, "_"), values.step),
    model: values.model,
    threads: Number(values.threads),
    stepSeconds: Number(values.step),
  });
  const pace = {
    intervalSeconds: Number(values.interval),
    computeSeconds: Number(values.compute),
    checkComputeSeconds: CHECK_COMPUTE_SECONDS,
    finalComputeSeconds: FINAL_COMPUTE_SECONDS,
  };
  for (const half of ["first", "second"]) {
    print(`\n${half} half`.padEnd(40) + HEADINGS);
    for (const [name, create] of Object.entries(POLICIES)) {
      const outcomes = clips.flatMap((clip, i) =>
        halfOf(clip.file) === half ? replayClip(clip, recordings[i] ?? [], values.data, create, pace) : [],
      );
      print(name.padEnd(39) + row(outcomes));
    }
  }
}

/**
 * @param {Clip} clip
 * @param {readonly RecordedUtterance[]} utterances
 * @param {string} data
 * @param {() => import("../dist/pipeline/live/policy/text-policy.js").TextPolicy} create
 * @param {import("./live-policies/replay.js").Pace} pace
 */
function replayClip({ language, word_times: times }, utterances, data, create, pace) {
  const wanted = times === undefined ? [] : readTimes(join(data, times));
  const isUnspaced = UNSPACED_LANGUAGES.includes(language ?? "");
  return utterances.map((utterance) => {
    const places = matchWords(utterance.final, wanted);
    const ends = places.map((place) => {
      const endSeconds = place === undefined ? undefined : wanted[place]?.endSeconds;
      return endSeconds === undefined ? undefined : endSeconds - utterance.startSeconds;
    });
    return replay(utterance, ends, create(), pace, isUnspaced);
  });
}

/**
 * @param {readonly Clip[]} clips
 * @param {{ data: string, cache: string, model: string, threads: number, stepSeconds: number }} options
 * @returns {Promise<RecordedUtterance[][]>}
 */
async function recordAll(clips, { data, cache, model, threads, stepSeconds }) {
  const paths = clips.map(({ file }) => join(cache, `${file}.json`));
  if (!paths.every(existsSync)) {
    const engine = await Engine.start({ model, compute: undefined, threads });
    const vad = await SileroVad.load();
    try {
      for (const [i, { file, language }] of clips.entries()) {
        const path = paths[i] ?? "";
        if (existsSync(path) || (!engine.isMultilingual && language !== "en")) continue;
        process.stderr.write(`recording ${file}\n`);
        const context = { engine, vad, language: language ?? "en", stepSeconds };
        const utterances = await recordClip(join(data, file), context);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, JSON.stringify(utterances));
      }
    } finally {
      vad.free();
      await engine.close();
    }
  }
  return paths.map((path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : []));
}

/** @param {string} path */
function readTimes(path) {
  /** @type {{ word: string, end?: number, end_sec?: number }[]} */
  const words = JSON.parse(readFileSync(path, "utf8"));
  return words.map(({ word, end, end_sec: endSeconds }) => ({
    word,
    endSeconds: end ?? endSeconds ?? Number.NaN,
  }));
}

/** @param {string} name */
function halfOf(name) {
  return (createHash("sha256").update(name).digest()[0] ?? 0) % 2 === 0 ? "first" : "second";
}

const HEADINGS = "    words     shown  certain (p95)  confirmed (p95)   share  false  revisions/s  checks/s";

/**
 * Medians in seconds after the end of the word: shown first; certain, by being confirmed or by the final; the same of what was
 * confirmed, and how much that is of all words.
 * @param {readonly Outcome[]} outcomes
 */
function row(outcomes) {
  const all = (/** @type {(outcome: Outcome) => number[]} */ of) => outcomes.flatMap(of);
  const sum = (/** @type {(outcome: Outcome) => number} */ of) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const percent = (/** @type {number} */ part, /** @type {number} */ whole) =>
    `${((100 * part) / whole).toFixed(1)} %`;
  const seconds = (/** @type {number[]} */ values) =>
    `${quantile(values, 0.5).toFixed(2)} (${quantile(values, 0.95).toFixed(2)})`;
  const certain = all(({ certainSeconds }) => certainSeconds);
  const confirmed = all(({ confirmedSeconds }) => confirmedSeconds);
  return [
    String(certain.length).padStart(9),
    quantile(
      all(({ hypothesisSeconds }) => hypothesisSeconds),
      0.5,
    )
      .toFixed(2)
      .padStart(10),
    seconds(certain).padStart(15),
    seconds(confirmed).padStart(17),
    percent(confirmed.length, certain.length).padStart(8),
    percent(
      sum(({ contradicted }) => contradicted),
      sum(({ confirmed: count }) => count),
    ).padStart(7),
    (sum(({ revisions }) => revisions) / sum(({ seconds: length }) => length)).toFixed(2).padStart(13),
    (sum(({ checks }) => checks) / sum(({ seconds: length }) => length)).toFixed(2).padStart(10),
  ].join("");
}

/**
 * @param {readonly number[]} values
 * @param {number} share
 */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
}
