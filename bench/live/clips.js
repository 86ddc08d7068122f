/** Speech of which it is known when each word ends: the ground truth of latencies. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readManifest } from "../manifest.js";
import { normalised } from "../word-matching.js";

const MUBBLES = fileURLToPath(new URL("../../bin/mubbles.js", import.meta.url));
/** Sources of word times that know the exact transcript. */
const FORCED_ALIGNMENT = /PocketSphinx|MFA/;

/**
 * @typedef {{ word: string, startSeconds: number, endSeconds: number }} SpokenWord
 * @typedef {{ file: string, path: string, words: SpokenWord[] }} Clip
 * @typedef {{ file: string, language: string | null, transcript?: string | null, word_times?: string, word_times_kind?: string }} ManifestEntry
 */

/**
 * English clips of a data folder's manifest.json: those with forced alignments, then those whose path `aligned` matches, which
 * `mubbles align` finds the words of, from their exact transcripts.
 * @param {string} folder
 * @param {{ match: RegExp, aligned: RegExp }} choice only clips whose path `match` matches
 * @returns {Clip[]}
 */
export function readClips(folder, { match, aligned }) {
  /** @type {ManifestEntry[]} */
  const entries = readManifest(folder);
  const english = entries.filter(({ file, language }) => language === "en" && match.test(file));
  const clips = [
    ...english.filter(isForced).map((entry) => clipOf(folder, entry, readTimes(folder, entry))),
    ...english
      .filter((entry) => !isForced(entry) && entry.transcript && aligned.test(entry.file))
      .map((entry) => clipOf(folder, entry, align(join(folder, entry.file), String(entry.transcript)))),
  ];
  if (clips.length === 0) throw new Error(`no clip of ${folder} has word times, or is to be aligned`);
  return clips;
}

/** @param {ManifestEntry} entry */
function isForced(entry) {
  return entry.word_times !== undefined && FORCED_ALIGNMENT.test(entry.word_times_kind ?? "");
}

/**
 * @param {string} folder
 * @param {ManifestEntry} entry
 * @param {SpokenWord[]} words
 * @returns {Clip}
 */
function clipOf(folder, { file }, words) {
  return { file, path: join(folder, file), words: words.filter(({ word }) => normalised(word) !== "") };
}

/**
 * @param {string} folder
 * @param {ManifestEntry} entry
 * @returns {SpokenWord[]}
 */
function readTimes(folder, { word_times: times = "" }) {
  /** @type {{ word: string, start: number, end: number }[]} */
  const words = JSON.parse(readFileSync(join(folder, times), "utf8"));
  return words.map(({ word, start, end }) => ({ word, startSeconds: start, endSeconds: end }));
}

/**
 * @param {string} clip
 * @param {string} transcript
 * @returns {SpokenWord[]}
 */
function align(clip, transcript) {
  const folder = mkdtempSync(join(tmpdir(), "mubbles-align-"));
  try {
    const text = join(folder, "text.txt");
    writeFileSync(text, transcript);
    const args = [MUBBLES, "align", clip, text, "-f", "json", "--word-timestamps", "-l", "en", "--quiet"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${clip} cannot be aligned:\n${stderr}`);
    /** @type {{ segments: { words?: { word: string, start: number, end: number }[] }[] }} */
    const { segments } = JSON.parse(stdout);
    return segments.flatMap(({ words = [] }) =>
      words.map(({ word, start, end }) => ({ word, startSeconds: start, endSeconds: end })),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
