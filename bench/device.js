/**
 * A model on an accelerator beside the CPU: in how many recordings the text is the same, and what it takes.
 *
 *     npm run bench:device -- --model FOLDER [--device cuda] [--threads N] [--peer-model FOLDER] [--no-fallback] [RECORDING…]
 *
 * FOLDER holds a model stored as fp16 or fp32. First come the parts (model.js): load, encoder, decoder steps; where --peer-model names a
 * model of the hub's layout, beside those of Hugging Face transformers (fp16, CUDA). Then `mubbles file` takes all recordings with either
 * device, loading once; words are compared as they are written, but for case and punctuation. --no-fallback leaves out what is sampled where
 * the text is poor, as that of random weights always is.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { wordsOf } from "./live/metrics.js";
import { benchModel } from "./model.js";
import { measure } from "./peers/measure.js";
import { peerPython, peerScript } from "./peers/python.js";
import { matched } from "./word-matching.js";

const MUBBLES = fileURLToPath(new URL("../bin/mubbles.js", import.meta.url));

/** @typedef {{ texts: string[], load: number, encode: number, decode: number, wall: number }} Transcribed seconds */

async function main() {
  const { values, positionals: recordings } = parseArgs({
    allowPositionals: true,
    options: {
      model: { type: "string" },
      device: { type: "string", default: "cuda" },
      threads: { type: "string", default: String(availableParallelism()) },
      "peer-model": { type: "string" },
      "no-fallback": { type: "boolean", default: false },
    },
  });
  const { model, device } = values;
  if (model === undefined) throw new Error("--model: name a model converted with --compute fp16 or fp32");
  const threads = Number(values.threads);
  for (const on of ["cpu", device]) await printParts(model, on, threads);
  if (values["peer-model"] !== undefined) await printPeer(values["peer-model"]);
  if (recordings.length === 0) return;

  const settings = ["--model", model, "--threads", values.threads];
  if (values["no-fallback"]) settings.push("--temperature-increment-on-fallback", "0");
  const cpu = transcribed("cpu", settings, recordings);
  const other = transcribed(device, settings, recordings);
  for (const [on, { load, encode, decode, wall }] of /** @type {const} */ ([
    ["cpu", cpu],
    [device, other],
  ])) {
    print(
      `${on}: ${seconds(wall)} in all, load ${seconds(load)}, encode ${seconds(encode)}, decode ${seconds(decode)}`,
    );
  }
  let sameTexts = 0;
  let words = 0;
  let apart = 0;
  for (const [i, recording] of recordings.entries()) {
    const [ofCpu, ofOther] = [wordsOf(cpu.texts[i]), wordsOf(other.texts[i])];
    const different = Math.max(ofCpu.length, ofOther.length) - matched(ofCpu, ofOther).length;
    words += ofCpu.length;
    apart += different;
    if (cpu.texts[i] === other.texts[i]) sameTexts++;
    else print(`${recording}: ${different} of ${ofCpu.length} words differ`);
  }
  print(`texts the same: ${sameTexts} of ${recordings.length}; words that differ: ${apart} of ${words}`);
}

/**
 * @param {string} model
 * @param {string} device
 * @param {number} threads
 */
async function printParts(model, device, threads) {
  const { loadMs, encoderMs, step1Ms, step5Ms, step20Ms } = await benchModel({ model, device, threads });
  print(
    `${device}: load ${seconds(loadMs / 1000)}, encoder ${encoderMs.toFixed(1)} ms, step of 1, 5, 4 × 5 hypotheses ` +
      `${[step1Ms, step5Ms, step20Ms].map((ms) => ms.toFixed(1)).join(", ")} ms`,
  );
}

async function printPeer(/** @type {string} */ model) {
  const { stdout } = await measure(peerPython(), [peerScript("transformers_whisper.py"), model]);
  const { transformers, torch, encoderMs, step1Ms, step5Ms } = JSON.parse(stdout);
  print(
    `transformers ${transformers}, torch ${torch}: encoder ${encoderMs.toFixed(1)} ms, step of 1, 5 hypotheses ` +
      `${step1Ms.toFixed(1)}, ${step5Ms.toFixed(1)} ms`,
  );
}

/**
 * @param {string} device
 * @param {readonly string[]} settings
 * @param {readonly string[]} recordings
 * @returns {Transcribed}
 */
function transcribed(device, settings, recordings) {
  const folder = mkdtempSync(join(tmpdir(), "mubbles-device-"));
  try {
    const output = ["-f", "txt", "-o", folder, "--verbose"];
    const args = [MUBBLES, "file", "--device", device, ...settings, ...output, ...recordings];
    const began = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    const wall = (performance.now() - began) / 1000;
    if (status !== 0) throw new Error(stderr);
    const texts = recordings.map((path) => readFileSync(join(folder, `${parse(path).name}.txt`), "utf8"));
    const each = (/** @type {string} */ name) =>
      [...stderr.matchAll(new RegExp(`^ {2}${name} +([\\d.]+) s`, "gm"))].map(([, value]) => Number(value));
    const sum = (/** @type {string} */ name) => each(name).reduce((total, value) => total + value, 0);
    // Each recording's timings name the load, which there was once.
    return { texts, load: Math.max(...each("load")), encode: sum("encode"), decode: sum("decode"), wall };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function seconds(/** @type {number} */ value) {
  return `${value.toFixed(2)} s`;
}

function print(/** @type {string} */ line) {
  process.stdout.write(`${line}\n`);
}

await main();
