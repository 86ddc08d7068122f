/**
 * Speed and memory of the parts and of a whole file, as a table and as JSON (bench/results/latest.json).
 *
 *     npm run bench [-- mel vad model file peer] [-- --clip FILE --threads N]
 *
 * Every part runs in a process of its own: the spinning threads of one session would slow down the next.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { argv, execPath, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measure } from "./peers/measure.js";
import { benchWholeFile, missingPeer } from "./peers/whole-file.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RESULTS = `${ROOT}bench/results`;
const FILE_RUNS = 3;
/** A part prints its figures as JSON after this, so that what else it prints does no harm. */
const FIGURES_MARK = "@figures ";

const PARTS = {
  mel: async () => (await import("./mel.js")).benchMel(),
  vad: async () => (await import("./vad.js")).benchVad(),
  model: async ({ threads }) => (await import("./model.js")).benchModel({ threads }),
  file: benchFile,
  peer: ({ clip, threads }) => benchWholeFile({ clip, threads }),
};

/** Whole process: start, model, media and text. Median wall clock, largest memory. */
async function benchFile({ clip, threads }) {
  const runs = [];
  const args = [`${ROOT}bin/mubbles.js`, "file", clip, "--quiet", "--threads", String(threads)];
  await measure(execPath, args);
  for (let run = 0; run < FILE_RUNS; run++) runs.push(await measure(execPath, args));
  const wallSeconds = runs.map((run) => run.wallSeconds).sort((a, b) => a - b)[FILE_RUNS >> 1];
  const peakMegabytes = Math.max(...runs.map((run) => run.peakRssBytes ?? Number.NaN)) / 1e6;
  return { wallSeconds, peakMegabytes };
}

function runPart(name, options) {
  const child = spawnSync(execPath, [argv[1], "--part", name, ...options], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = child.stdout.split("\n").find((text) => text.startsWith(FIGURES_MARK));
  if (child.status !== 0 || line === undefined) throw new Error(`the benchmark of ${name} failed`);
  return JSON.parse(line.slice(FIGURES_MARK.length));
}

/** Nested figures as rows of "a.b" and number. */
function rowsOf(prefix, value) {
  if (typeof value === "number") return [[prefix, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => rowsOf(`${prefix}.${name}`, inner));
}

function printTable(rows) {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) stdout.write(`${name.padEnd(width)}  ${readable(value).padStart(12)}\n`);
}

function readable(value) {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(1) : String(Number(value.toPrecision(4)));
}

function versionOf(name) {
  return JSON.parse(readFileSync(`${ROOT}${name}/package.json`, "utf8")).version;
}

function machine() {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 1e9),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    mubbles: versionOf("."),
    "onnxruntime-node": versionOf("node_modules/onnxruntime-node"),
  };
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      part: { type: "string" },
      clip: { type: "string", default: `${ROOT}samples/austen.mp4` },
      threads: { type: "string", default: String(availableParallelism()) },
    },
  });
  const threads = Number(values.threads);
  if (values.part !== undefined) {
    const figures = await PARTS[values.part]({ clip: values.clip, threads });
    stdout.write(`\n${FIGURES_MARK}${JSON.stringify(figures)}\n`);
    return;
  }
  const wanted = positionals.length > 0 ? positionals : Object.keys(PARTS);
  const unknown = wanted.find((name) => PARTS[name] === undefined);
  if (unknown !== undefined)
    throw new Error(`no benchmark ${unknown}; there are ${Object.keys(PARTS).join(", ")}`);

  const results = { machine: machine(), clip: values.clip, threads };
  stdout.write(`${JSON.stringify(results.machine)}\n`);
  for (const name of wanted) {
    const missing = name === "peer" ? missingPeer() : undefined;
    if (missing !== undefined) {
      stdout.write(`peer: left out, ${missing}\n`);
      continue;
    }
    results[name] = runPart(name, ["--clip", values.clip, "--threads", values.threads]);
    printTable(rowsOf(name, results[name]));
  }
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(`${RESULTS}/latest.json`, `${JSON.stringify(results, undefined, 2)}\n`);
}

await main();
