/**
 * Error rates of mubbles over a folder of real speech, against its transcripts and beside what openai/whisper itself wrote
 * for the same clips, all through one normaliser (bench/peers/score.py).
 *
 *     npm run bench:accuracy -- [--data DIR] [--golden DIR] [--beam-size N] [--match TEXT] [--also NAME=DIR]…
 *                               [--no-run] [--json FILE] [-- OPTIONS FOR mubbles file]
 *
 * DIR of --data holds manifest.json: [{ file, language, transcript }, …]; language null means that nobody speaks. DIR of
 * --golden and --also holds FILE.json with { text } for each file. --no-run scores those alone.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readManifest } from "./manifest.js";
import { peerPython, peerScript } from "./peers/python.js";

const MUBBLES = fileURLToPath(new URL("../bin/mubbles.js", import.meta.url));
const SHARED = fileURLToPath(new URL("../../shared", import.meta.url));

/**
 * @typedef {{ file: string, language: string | null, transcript?: string | null }} Clip
 * @typedef {Record<string, string>} Texts by the name of who wrote them
 * @typedef {Map<string, string | null>} Languages that mubbles detected, by clip
 * @typedef {{ id: string, unit: string, length: number, errors: Record<string, number> }} Score
 */

function main() {
  const { values, positionals: mubblesOptions } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string", default: join(SHARED, "data") },
      golden: { type: "string", default: join(SHARED, "golden/base/beam5") },
      "beam-size": { type: "string", default: "5" },
      match: { type: "string", default: "" },
      also: { type: "string", multiple: true, default: [] },
      "no-run": { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  /** @type {Clip[]} */
  const clips = readManifest(values.data).filter(({ file }) => file.includes(values.match));
  const spoken = clips.filter(({ language, transcript }) => language !== null && transcript);
  // Without a transcript there is still a language to detect, and text that must not loop.
  const untold = clips.filter(({ language, transcript }) => language !== null && !transcript);
  const all = [...spoken, ...untold];
  const silent = clips.filter(({ language }) => language === null);
  if (all.length + silent.length === 0)
    throw new Error(`no clip of ${values.data} matches "${values.match}"`);

  const others = otherTexts(values.golden, values.also);
  const names = [...(values["no-run"] ? [] : ["mubbles"]), ...others.map(([name]) => name)];
  /** @type {Map<string, Texts>} */
  const texts = new Map(clips.map(({ file }) => [file, {}]));
  /** @type {Languages} */
  const languages = new Map();
  for (const [name, folder] of others) {
    for (const { file } of [...spoken, ...silent]) addText(texts, file, name, join(folder, `${file}.json`));
  }
  if (!values["no-run"]) {
    const began = performance.now();
    const options = ["--beam-size", values["beam-size"], ...mubblesOptions];
    transcribe([...all, ...silent], values.data, options, { texts, languages });
    print(
      `mubbles took ${((performance.now() - began) / 1000).toFixed(0)} s for ${all.length + silent.length} clips`,
    );
  }

  const scores = score(spoken, texts);
  const totals = total(spoken, scores, names);
  printClips(scores, names);
  printTotals(totals, names);
  const invented = printNonspeech(silent, texts);
  const repeated = printRepeated(all, texts);
  const wrongLanguages = values["no-run"] ? [] : printLanguages(all, languages);
  if (values.json !== undefined) {
    writeFileSync(
      values.json,
      `${JSON.stringify({ totals, scores, texts: Object.fromEntries(texts), invented, repeated, wrongLanguages }, undefined, 1)}\n`,
    );
  }
  const missing = [...all, ...silent].filter(
    ({ file }) => names.includes("mubbles") && textsOf(texts, file).mubbles === undefined,
  );
  for (const { file } of missing) print(`NOT TRANSCRIBED: ${file}`);
  if (missing.length > 0) process.exitCode = 1;
}

/**
 * @param {string} golden
 * @param {readonly string[]} also
 * @returns {[name: string, folder: string][]}
 */
function otherTexts(golden, also) {
  /** @type {[string, string][]} */
  const all = [["openai", golden]];
  for (const entry of also) {
    const [name = "", ...rest] = entry.split("=");
    all.push([name, rest.join("=")]);
  }
  for (const [, folder] of all) {
    if (!existsSync(folder)) throw new Error(`no reference texts: the folder ${folder} is missing`);
  }
  return all;
}

/**
 * @param {Map<string, Texts>} texts
 * @param {string} file
 * @param {string} name
 * @param {string} path
 */
function addText(texts, file, name, path) {
  if (existsSync(path)) textsOf(texts, file)[name] = JSON.parse(readFileSync(path, "utf8")).text;
}

/**
 * @param {Map<string, Texts>} texts
 * @param {string} file
 */
function textsOf(texts, file) {
  const found = texts.get(file);
  if (found === undefined) throw new Error(`no clip ${file}`);
  return found;
}

/**
 * One process for as many clips as have different names: the JSON files are named after the clips without their endings.
 * @param {readonly Clip[]} clips
 * @param {string} data
 * @param {readonly string[]} options
 * @param {{ texts: Map<string, Texts>, languages: Languages }} results
 */
function transcribe(clips, data, options, { texts, languages }) {
  const temporary = mkdtempSync(join(tmpdir(), "mubbles-accuracy-"));
  try {
    for (const [i, group] of groupsByName(clips).entries()) {
      const folder = join(temporary, String(i));
      mkdirSync(folder);
      const paths = group.map(({ file }) => join(data, file));
      const args = [
        MUBBLES,
        "file",
        ...paths,
        "-f",
        "json",
        "--output-dir",
        folder,
        "--no-progress",
        ...options,
      ];
      const { status, error } = spawnSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
      if (error !== undefined) throw error;
      if (status !== 0) print(`mubbles ended with ${status}`);
      for (const { file } of group) {
        const path = join(folder, `${parse(file).name}.json`);
        addText(texts, file, "mubbles", path);
        if (existsSync(path)) languages.set(file, JSON.parse(readFileSync(path, "utf8")).language);
      }
    }
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/**
 * @param {readonly Clip[]} clips
 * @returns {Clip[][]} no two of one group with the same base name
 */
function groupsByName(clips) {
  /** @type {Clip[][]} */
  const groups = [];
  for (const clip of clips) {
    const { name } = parse(clip.file);
    const group = groups.find((members) => members.every(({ file }) => parse(file).name !== name));
    if (group === undefined) groups.push([clip]);
    else group.push(clip);
  }
  return groups;
}

/**
 * @param {readonly Clip[]} clips
 * @param {Map<string, Texts>} texts
 * @returns {Score[]}
 */
function score(clips, texts) {
  if (clips.length === 0) return [];
  const items = clips.map(({ file, language, transcript }) => ({
    id: file,
    language,
    reference: transcript,
    texts: textsOf(texts, file),
  }));
  const { status, stdout, stderr } = spawnSync(peerPython(), [peerScript("score.py")], {
    input: JSON.stringify(items),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`score.py failed:\n${stderr}`);
  return JSON.parse(stdout);
}

/**
 * Errors over reference length of all clips of a language, and of all but English. A clip that one system has no text for
 * counts for none, so that all are measured on the same words.
 * @param {readonly Clip[]} clips
 * @param {readonly Score[]} scores in the order of the clips
 * @param {readonly string[]} names
 */
function total(clips, scores, names) {
  /** @type {Record<string, { clips: number, length: number, unit: string, errors: Record<string, number> }>} */
  const totals = {};
  for (const [i, { length, unit, errors }] of scores.entries()) {
    if (names.some((name) => errors[name] === undefined)) continue;
    const language = String(clips[i]?.language);
    const groups = language === "en" ? [language] : [...(unit === "words" ? ["not en"] : []), language];
    for (const group of groups) {
      totals[group] ??= {
        clips: 0,
        length: 0,
        unit,
        errors: Object.fromEntries(names.map((name) => [name, 0])),
      };
      totals[group].clips++;
      totals[group].length += length;
      for (const name of names)
        totals[group].errors[name] = (totals[group].errors[name] ?? 0) + (errors[name] ?? 0);
    }
  }
  return totals;
}

/**
 * @param {readonly Score[]} scores
 * @param {readonly string[]} names
 */
function printClips(scores, names) {
  print(["clip".padEnd(46), "length", ...names.map((name) => name.padStart(18))].join(" "));
  for (const { id, unit, length, errors } of scores) printRow(id, length, unit, errors, names);
}

/**
 * @param {ReturnType<typeof total>} totals
 * @param {readonly string[]} names
 */
function printTotals(totals, names) {
  print("\ntotals (errors, % of the reference words; c: characters)");
  for (const [language, { clips, length, unit, errors }] of Object.entries(totals)) {
    printRow(`${language}, ${clips} clips`, length, unit, errors, names);
  }
  const { mubbles, openai } = totals.en?.errors ?? {};
  if (mubbles !== undefined && openai !== undefined && totals.en !== undefined) {
    const points = ((mubbles - openai) / totals.en.length) * 100;
    print(
      `English: mubbles is ${Math.abs(points).toFixed(2)} points ${points > 0 ? "above" : "below"} openai/whisper`,
    );
  }
}

/**
 * @param {string} label
 * @param {number} length
 * @param {string} unit
 * @param {Record<string, number>} errors
 * @param {readonly string[]} names
 */
function printRow(label, length, unit, errors, names) {
  const cells = names.map((name) => cell(errors[name], length));
  print([label.padEnd(46), `${length}${unit === "words" ? " " : "c"}`.padStart(6), ...cells].join(" "));
}

/**
 * @param {number | undefined} errors
 * @param {number} length
 */
function cell(errors, length) {
  if (errors === undefined) return "-".padStart(18);
  return `${errors}`.padStart(8) + `${((errors / length) * 100).toFixed(2)} %`.padStart(10);
}

/**
 * @param {readonly Clip[]} clips
 * @param {Map<string, Texts>} texts
 * @returns {Record<string, Texts>} the clips for which something was printed
 */
function printNonspeech(clips, texts) {
  /** @type {Record<string, Texts>} */
  const invented = {};
  print("\nnonspeech clips: nothing may be printed for them");
  for (const { file } of clips) {
    const printed = Object.entries(textsOf(texts, file)).filter(([, text]) => text.trim() !== "");
    if (printed.length > 0) invented[file] = Object.fromEntries(printed);
    print(
      `${file.padEnd(46)} ${printed.map(([name, text]) => `${name}: ${JSON.stringify(text)}`).join("; ") || "nothing"}`,
    );
  }
  return invented;
}

/**
 * @param {readonly Clip[]} clips
 * @param {Map<string, Texts>} texts
 * @returns {Record<string, string[]>} by clip: what mubbles repeats three times in a row or more, and the transcript does not
 */
function printRepeated(clips, texts) {
  /** @type {Record<string, string[]>} */
  const repeated = {};
  print("\nwords that mubbles repeats three times in a row or more, and the transcript does not");
  for (const { file, transcript } of clips) {
    const spoken = repetitions(transcript ?? "");
    const own = repetitions(textsOf(texts, file).mubbles ?? "").filter((entry) => !spoken.includes(entry));
    if (own.length > 0) repeated[file] = own;
    for (const entry of own)
      print(`${file.padEnd(46)} ${entry}${transcript ? "" : " (no transcript: listen)"}`);
  }
  if (Object.keys(repeated).length === 0) print("none");
  return repeated;
}

const MIN_COPIES = 3;

/**
 * @param {string} text
 * @returns {string[]} each run of copies as "3 × words"
 */
function repetitions(text) {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}']+/gu) ?? [];
  const found = [];
  for (let start = 0; start < words.length; ) {
    let end = start + 1;
    for (let length = 1; start + length * MIN_COPIES <= words.length; length++) {
      let same = 0;
      while (start + same + length < words.length && words[start + same] === words[start + same + length])
        same++;
      const copies = Math.floor(same / length) + 1;
      if (copies < MIN_COPIES) continue;
      found.push(`${copies} × ${words.slice(start, start + length).join(" ")}`);
      end = start + copies * length;
      break;
    }
    start = end;
  }
  return found;
}

/**
 * @param {readonly Clip[]} clips
 * @param {Languages} languages
 * @returns {string[]} the clips whose language was not detected, or wrongly
 */
function printLanguages(clips, languages) {
  const wrong = clips.filter(({ file, language }) => languages.get(file) !== language);
  print(`\nlanguages: ${clips.length - wrong.length} of ${clips.length} right`);
  for (const { file, language } of wrong)
    print(`${file.padEnd(46)} manifest ${language}, mubbles ${languages.get(file) ?? "none"}`);
  return wrong.map(({ file }) => file);
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
