/**
 * Times of words against forced alignments, of mubbles and beside it of openai/whisper and faster-whisper on the same clips.
 *
 *     npm run bench:words -- [--peer-model DIR] [--kind REGEXP] [--match TEXT] [--data DIR] [--golden DIR] [--list]
 *                            [-- OPTIONS FOR mubbles file]
 *
 * The data's manifest.json names for some clips a file of word times and, as `word_times_kind`, where they come from; --kind
 * chooses among these. --golden holds FILE.json as openai/whisper wrote them with word_timestamps. faster-whisper is run where
 * --peer-model (or MUBBLES_PEER_MODEL) names its model.
 *
 * How it is counted: both lists of words are normalised (small letters, no punctuation, "mr" is "mister") and matched in order,
 * as many equal words as can be (longest common subsequence). A matched pair is a hit where its start, its end, or both lie
 * within the collar. F1 = 2 × hits / (words given + words of the reference): words that are wrong, missing or invented are
 * misses like wrong times.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readManifest } from "./manifest.js";
import { peerPython, peerScript } from "./peers/python.js";
import { matched, normalised } from "./word-matching.js";

const MUBBLES = fileURLToPath(new URL("../bin/mubbles.js", import.meta.url));
const SHARED = fileURLToPath(new URL("../../shared", import.meta.url));
const COLLARS_SECONDS = [0.05, 0.2];
/** Both sides are in hundredths of a second. */
const ROUNDING_SECONDS = 1e-6;

/**
 * @typedef {{ word: string, start: number, end: number }} TimedWord
 * @typedef {{ file: string, language: string, word_times?: string, word_times_kind?: string }} Clip
 * @typedef {{ given: number, wanted: number, startErrors: number[], endErrors: number[] }} Count errors of matched pairs, in order
 */

function main() {
  const { values, positionals: mubblesOptions } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string", default: join(SHARED, "data") },
      golden: { type: "string", default: join(SHARED, "golden/base/beam5") },
      kind: { type: "string", default: "PocketSphinx|MFA" },
      match: { type: "string", default: "" },
      "peer-model": { type: "string", default: process.env.MUBBLES_PEER_MODEL },
      list: { type: "boolean", default: false },
    },
  });
  const { data, golden } = values;
  const peerModel = values["peer-model"];
  const kind = new RegExp(values.kind);
  /** @type {Clip[]} */
  const clips = readManifest(data).filter(
    ({ file, word_times: times, word_times_kind: from }) =>
      times !== undefined && kind.test(from ?? "") && file.includes(values.match),
  );
  if (clips.length === 0) throw new Error(`no clip of ${data} has word times of such a kind`);

  /** @type {Record<string, (clip: Clip) => TimedWord[]>} */
  const systems = {
    mubbles: ({ file }) => wordsOfMubbles(join(data, file), mubblesOptions),
    "openai/whisper": ({ file }) => wordsOfJson(readFileSync(join(golden, `${file}.json`), "utf8")),
  };
  if (peerModel !== undefined) {
    systems["faster-whisper"] = ({ file }) => wordsOfFasterWhisper(join(data, file), peerModel);
  }
  /** @type {Map<string, Count[]>} */
  const counts = new Map(Object.keys(systems).map((name) => [name, []]));
  for (const clip of clips) {
    const wanted = readTimes(join(data, clip.word_times ?? ""));
    for (const [name, wordsOf] of Object.entries(systems)) {
      const given = wordsOf(clip);
      counts.get(name)?.push(count(given, wanted));
      if (values.list && name === "mubbles") listErrors(clip.file, given, wanted);
    }
  }
  const groups = [...new Set(clips.map(({ file }) => parse(file).dir))];
  for (const group of groups) printTable(group, counts, (i) => parse(clips[i]?.file ?? "").dir === group);
  if (groups.length > 1) printTable("all", counts, () => true);
}

/**
 * @param {string} path
 * @returns {TimedWord[]}
 */
function readTimes(path) {
  /** @type {{ word: string, start?: number, end?: number, start_sec?: number, end_sec?: number }[]} */
  const words = JSON.parse(readFileSync(path, "utf8"));
  return words.map(({ word, start, end, start_sec: startSeconds, end_sec: endSeconds }) => ({
    word,
    start: start ?? startSeconds ?? Number.NaN,
    end: end ?? endSeconds ?? Number.NaN,
  }));
}

/**
 * @param {string} path
 * @param {readonly string[]} options
 */
function wordsOfMubbles(path, options) {
  const folder = mkdtempSync(join(tmpdir(), "mubbles-words-"));
  try {
    const args = [
      MUBBLES,
      "file",
      path,
      "-f",
      "json",
      "--word-timestamps",
      "-o",
      folder,
      "--quiet",
      ...options,
    ];
    run(process.execPath, args);
    return wordsOfJson(readFileSync(join(folder, `${parse(path).name}.json`), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {string} path
 * @param {string} model
 */
function wordsOfFasterWhisper(path, model) {
  const { files } = JSON.parse(
    run(peerPython(), [peerScript("faster_whisper_run.py"), "--model", model, "--words", path]),
  );
  return wordsOfJson(JSON.stringify(files[0]));
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1e8 });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return stdout;
}

/**
 * @param {string} json of openai/whisper's shape
 * @returns {TimedWord[]}
 */
function wordsOfJson(json) {
  /** @type {{ segments: { words?: TimedWord[] }[] }} */
  const { segments } = JSON.parse(json);
  return segments.flatMap(({ words = [] }) => words);
}

/**
 * @param {readonly TimedWord[]} given
 * @param {readonly TimedWord[]} wanted
 * @returns {Count}
 */
function count(given, wanted) {
  const spoken = given.filter(({ word }) => normalised(word) !== "");
  const pairs = matched(spoken, wanted);
  return {
    given: spoken.length,
    wanted: wanted.length,
    startErrors: pairs.map(([ours, theirs]) => ours.start - theirs.start),
    endErrors: pairs.map(([ours, theirs]) => ours.end - theirs.end),
  };
}

/**
 * @param {string} title
 * @param {Map<string, Count[]>} counts
 * @param {(clip: number) => boolean} isIn
 */
function printTable(title, counts, isIn) {
  const columns = COLLARS_SECONDS.map((collar) =>
    `F1 at ${collar * 1000} ms: start / end / both`.padStart(38),
  );
  print(`\n${title.padEnd(16)} words matched${columns.join("")}   median error start / end`);
  for (const [name, all] of counts) {
    const mine = all.filter((_, i) => isIn(i));
    const size = mine.reduce((sum, { given, wanted }) => sum + given + wanted, 0);
    const starts = mine.flatMap(({ startErrors }) => startErrors);
    const ends = mine.flatMap(({ endErrors }) => endErrors);
    const scores = COLLARS_SECONDS.map((collar) => {
      const near = (/** @type {number | undefined} */ error) =>
        Math.abs(error ?? Number.NaN) <= collar + ROUNDING_SECONDS;
      const hits = [
        starts.filter(near).length,
        ends.filter(near).length,
        starts.filter((error, i) => near(error) && near(ends[i])).length,
      ];
      return hits
        .map((hit) => ((200 * hit) / size).toFixed(1))
        .join(" / ")
        .padStart(38);
    });
    const words = mine.reduce((sum, { given }) => sum + given, 0);
    print(
      `${name.padEnd(16)} ${String(words).padStart(5)} ${String(starts.length).padStart(7)}${scores.join("")}` +
        `   ${milliseconds(medianSize(starts))} / ${milliseconds(medianSize(ends))}`,
    );
  }
}

/**
 * @param {string} file
 * @param {readonly TimedWord[]} given
 * @param {readonly TimedWord[]} wanted
 */
function listErrors(file, given, wanted) {
  print(`\n${file}`);
  for (const [ours, theirs] of matched(given, wanted)) {
    const errors = [ours.start - theirs.start, ours.end - theirs.end];
    print(
      `  ${theirs.word.padEnd(16)} ${theirs.start.toFixed(2).padStart(7)} ${theirs.end.toFixed(2).padStart(7)}` +
        errors.map((error) => milliseconds(error).padStart(9)).join(""),
    );
  }
}

/** @param {readonly number[]} errors */
function medianSize(errors) {
  const sorted = errors.map(Math.abs).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** @param {number} seconds */
function milliseconds(seconds) {
  return `${Math.round(seconds * 1000)} ms`;
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
}
