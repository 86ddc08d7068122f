/**
 * What a large Whisper costs, beside CTranslate2's int8 (which faster-whisper runs) on random weights of the same shapes.
 *
 *     node bench/peers/large-model.js SOURCE [--compute int8] [--threads 2] [--runs 3] [--keep DIR]
 *
 * SOURCE is what `mubbles models convert` takes, with a config.json of the hub's. Prints what converting took (peak memory), then
 * load in seconds per GB, memory with the model loaded and after it ran, then encoder and decoder steps of both in turn, medians in
 * milliseconds and their ratio. The files that are made, up to 2.5 times the int8 weights, are in DIR, and used again where they are there.
 * A step of CTranslate2 is what each token more of its search takes; ours has the rules and the choice of tokens in it, and the caches'
 * update, but not the bookkeeping of beams.
 */
import { spawn } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryUsage } from "node:process";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CrossCache } from "../../dist/model/cross-cache.js";
import { SelfCache } from "../../dist/model/self-cache.js";
import { WhisperRuntime } from "../../dist/model/whisper-runtime.js";
import { measure } from "./measure.js";
import { peerPython, peerScript } from "./python.js";

const MUBBLES = fileURLToPath(new URL("../../bin/mubbles.js", import.meta.url));
const PEER = peerScript("ctranslate2_whisper.py");
/** Longer than any thread pool here spins. */
const PAUSE_MS = 400;
const BEAMS = [1, 5];
/** Tokens a step of ours has behind it; the peer's steps are those from the first to the second number. */
const PAST_TOKENS = 50;
const PEER_TOKENS = [10, 90];
const STEPS_A_RUN = 9;
const FIRST_TEXT_TOKEN = 1000;
const ANY_TOKEN = { textAllowed: true, specialAllowed: true, timestampLow: 0, timestampHigh: 1500 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    compute: { type: "string", default: "int8" },
    threads: { type: "string", default: "2" },
    runs: { type: "string", default: "3" },
    keep: { type: "string" },
  },
});
const [source = ""] = positionals;
const threads = Number(values.threads);
const runs = Number(values.runs);

const folder = values.keep ?? mkdtempSync(join(tmpdir(), "mubbles-large-"));
try {
  const own = join(folder, `own-${values.compute}`);
  const peer = join(folder, "ctranslate2-int8");
  if (!existsSync(own)) await convert(own);
  if (!existsSync(peer)) await measure(peerPython(), [PEER, "make", join(source, "config.json"), peer]);
  await compare(own, peer);
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true });
}

async function convert(/** @type {string} */ destination) {
  const { wallSeconds, cpuSeconds, peakRssBytes } = await measure(process.execPath, [
    MUBBLES,
    ...["models", "convert", source, "--compute", values.compute, "--output-dir", destination],
  ]);
  print(
    `convert: ${wallSeconds.toFixed(0)} s, ${cpuSeconds?.toFixed(0)} s of CPU time, peak ${megabytes(peakRssBytes ?? Number.NaN)}`,
  );
}

/**
 * @param {string} ownFolder
 * @param {string} peerFolder
 */
async function compare(ownFolder, peerFolder) {
  const ownBytes = statSync(join(ownFolder, "model.safetensors")).size;
  const peerBytes = statSync(join(peerFolder, "model.bin")).size;
  for (const file of [join(ownFolder, "model.safetensors"), join(peerFolder, "model.bin")])
    await readAll(file);
  const began = performance.now();
  const runtime = await WhisperRuntime.load(ownFolder, threads);
  printLoad("mubbles", performance.now() - began, ownBytes, memoryUsage.rss());
  const peer = startPeer(peerFolder);
  const loaded = await peer.next();
  printLoad("CTranslate2", loaded.ms, peerBytes, loaded.residentBytes);

  const cross = new CrossCache(runtime.config, 1, runtime.crossStorage);
  // One for all runs, as the engine has.
  const cache = new SelfCache(runtime.config, 1, runtime.crossStorage);
  const mel = Float32Array.from({ length: runtime.config.nMels * 3000 }, (_, i) => Math.sin(i) * 0.5);
  await inTurn(
    "encoder with cross keys and values; the peer makes those in its first step",
    () => timed(() => runtime.encode(mel.slice(), cross, 0)),
    async () => (await peer.ask("encode")).ms,
  );
  for (const beams of BEAMS) {
    await inTurn(
      `decoder step of ${beams}`,
      () => ownStepMs(runtime, cross, cache, beams),
      () => peerStepMs(peer, beams),
    );
  }
  const { residentBytes } = await peer.ask(`decode 1 ${PEER_TOKENS[0]}`);
  print(
    `memory after that: mubbles ${megabytes(memoryUsage.rss())}, CTranslate2 ${megabytes(residentBytes)}`,
  );
  peer.end();
  await runtime.release();
}

/** So that what is loaded is in the system's cache. */
async function readAll(/** @type {string} */ file) {
  for await (const _ of createReadStream(file, { highWaterMark: 1 << 20 }));
}

/**
 * @param {string} what
 * @param {() => Promise<number>} own milliseconds
 * @param {() => Promise<number>} peer milliseconds
 */
async function inTurn(what, own, peer) {
  /** @type {[own: number, peer: number][]} */
  const pairs = [];
  for (let run = -1; run < runs; run++) {
    await setTimeout(PAUSE_MS);
    const ownMs = await own();
    await setTimeout(PAUSE_MS);
    const peerMs = await peer();
    // The first of each is a warm-up.
    if (run >= 0) pairs.push([ownMs, peerMs]);
  }
  const ratio = median(pairs.map(([a, b]) => a / b));
  const [ownMs, peerMs] = [median(pairs.map(([ms]) => ms)), median(pairs.map(([, ms]) => ms))];
  print(
    `${what}: mubbles ${ownMs.toFixed(1)} ms, CTranslate2 ${peerMs.toFixed(1)} ms, median of the pairs' ratios ${ratio.toFixed(2)}`,
  );
}

/**
 * @param {WhisperRuntime} runtime
 * @param {CrossCache} cross
 * @param {SelfCache} cache
 * @param {number} beams
 */
async function ownStepMs(runtime, cross, cache, beams) {
  cache.clear(0);
  const mask = new Float32Array(runtime.config.vocabularySize);
  const step = (/** @type {number} */ rows, /** @type {number} */ tokens) =>
    runtime.step({
      rows: Array.from({ length: rows }, (_, row) => ({
        newTokens: Array.from({ length: tokens }, (_, i) => FIRST_TEXT_TOKEN + row + i),
        constraint: ANY_TOKEN,
      })),
      cross: cross.first(1),
      cache,
      firstWindow: 0,
      mask,
      topK: beams + 1,
      logitIndex: [tokens - 1],
      wantLogits: false,
    });
  await step(1, PAST_TOKENS);
  for (let row = 1; row < beams; row++) cache.copyRow(0, 0, row);
  await step(beams, 1);
  const times = [];
  for (let i = 0; i < STEPS_A_RUN; i++) times.push(await timed(() => step(beams, 1)));
  return median(times);
}

/**
 * @param {ReturnType<typeof startPeer>} peer
 * @param {number} beams
 */
async function peerStepMs(peer, beams) {
  const [few, many] = PEER_TOKENS;
  const short = await peer.ask(`decode ${beams} ${few}`);
  const long = await peer.ask(`decode ${beams} ${many}`);
  return (long.ms - short.ms) / ((long.tokens ?? Number.NaN) - (short.tokens ?? Number.NaN));
}

function startPeer(/** @type {string} */ model) {
  const child = spawn(peerPython(), [PEER, "serve", model, String(threads)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  /** @returns {Promise<{ ms: number, residentBytes: number, tokens?: number }>} */
  const next = async () => {
    const { value, done } = await answers.next();
    if (done) throw new Error("CTranslate2 ended early");
    return JSON.parse(value);
  };
  const ask = (/** @type {string} */ question) => {
    child.stdin.write(`${question}\n`);
    return next();
  };
  return { next, ask, end: () => child.stdin.end() };
}

/**
 * @param {string} who
 * @param {number} ms
 * @param {number} weightsBytes
 * @param {number} residentBytes
 */
function printLoad(who, ms, weightsBytes, residentBytes) {
  const seconds = ms / 1000;
  print(
    `${who}: weights ${megabytes(weightsBytes)}, load ${seconds.toFixed(2)} s, ${((seconds * 1e9) / weightsBytes).toFixed(2)} s a GB, ` +
      `then ${megabytes(residentBytes)} resident`,
  );
}

async function timed(/** @type {() => Promise<unknown>} */ work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(/** @type {number[]} */ numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

function megabytes(/** @type {number} */ bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function print(/** @type {string} */ line) {
  process.stdout.write(`${line}\n`);
}
