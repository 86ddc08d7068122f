/**
 * How much of the text 8 bits change: every spoken clip decoded greedily by the float32 model and by another, both by the
 * real program, without sampling (whose texts differ by chance).
 *
 *     npm run bench:quantisation -- --fp32 DIR [--model NAME] [--data DIR] [--fp32-json FILE] [--json FILE]
 *
 * DIR of --fp32 is a folder made by `mubbles models convert … --compute fp32`. What float32 wrote is kept in --fp32-json and
 * read from there where it exists. Needs the Python of bench/peers, for the error rates (bench/peers/score.py).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ACCURACY = fileURLToPath(new URL("accuracy.js", import.meta.url));
const SHARED = fileURLToPath(new URL("../../shared", import.meta.url));

/** @typedef {{ scores: { id: string, errors: Record<string, number> }[], texts: Record<string, { mubbles?: string }> }} Result */

function main() {
  const { values } = parseArgs({
    options: {
      fp32: { type: "string" },
      model: { type: "string", default: "base" },
      data: { type: "string", default: join(SHARED, "data") },
      "fp32-json": { type: "string" },
      json: { type: "string" },
    },
  });
  const temporary = mkdtempSync(join(tmpdir(), "mubbles-quantisation-"));
  try {
    const exactFile = values["fp32-json"] ?? join(temporary, "fp32.json");
    if (!existsSync(exactFile)) {
      if (values.fp32 === undefined) throw new Error("name the float32 model's folder by --fp32");
      transcribe(values.fp32, values.data, exactFile);
    }
    const file = values.json ?? join(temporary, "model.json");
    transcribe(values.model, values.data, file);
    compare(read(exactFile), read(file));
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/**
 * @param {string} model
 * @param {string} data
 * @param {string} json
 */
function transcribe(model, data, json) {
  const bench = [ACCURACY, "--data", data, "--beam-size", "1", "--json", json];
  const program = ["--model", model, "--temperature-increment-on-fallback", "0"];
  const { status, stderr } = spawnSync(process.execPath, [...bench, "--", ...program], { encoding: "utf8" });
  if (!existsSync(json)) throw new Error(`bench/accuracy.js ended with ${status}:\n${stderr}`);
}

/**
 * @param {string} file
 * @returns {Result}
 */
function read(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/**
 * Same text: to the letter, over all clips in which somebody speaks (those nobody speaks in lie under nonspeech/). Worse: more
 * errors than float32 makes, over the clips that have a transcript.
 * @param {Result} exact
 * @param {Result} model
 */
function compare(exact, model) {
  const spoken = Object.keys(exact.texts).filter((file) => !file.startsWith("nonspeech/"));
  const other = spoken.filter((file) => exact.texts[file]?.mubbles !== model.texts[file]?.mubbles);
  for (const file of other) {
    print(
      `${file}\n  fp32  ${exact.texts[file]?.mubbles?.trim()}\n  model ${model.texts[file]?.mubbles?.trim()}`,
    );
  }
  const errorsOf = new Map(exact.scores.map(({ id, errors }) => [id, errors.mubbles ?? 0]));
  const worse = model.scores.filter(({ id, errors }) => (errors.mubbles ?? 0) > (errorsOf.get(id) ?? 0));
  const sum = (/** @type {Result} */ { scores }) =>
    scores.reduce((total, { errors }) => total + (errors.mubbles ?? 0), 0);
  print(`\nsame text: ${share(spoken.length - other.length, spoken.length)}`);
  print(`worse: ${share(worse.length, model.scores.length)} ${worse.map(({ id }) => id).join(" ")}`);
  print(`errors in all: fp32 ${sum(exact)}, model ${sum(model)}`);
}

/**
 * @param {number} part
 * @param {number} whole
 */
function share(part, whole) {
  return `${part} of ${whole}, ${((100 * part) / whole).toFixed(1)} %`;
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
