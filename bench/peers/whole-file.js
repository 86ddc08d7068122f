/**
 * mubbles against faster-whisper on one file, whole process against whole process: start, import, model loading,
 * decoding of the media and transcription. They take turns, so that all meet the same moods of the machine.
 *
 *     node bench/peers/whole-file.js CLIP --peer-model DIR [--beam-size 5] [--threads 2] [--batch-size 8] [--runs 3]
 *         [--model NAME] [--words] [--json FILE]
 *
 * With --batch-size also faster-whisper's BatchedInferencePipeline takes part. mubbles writes subtitles, which it cuts at the times of words;
 * with --words the peers find these as well.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measure } from "./measure.js";
import { peerPython, peerScript } from "./python.js";

const MUBBLES = fileURLToPath(new URL("../../bin/mubbles.js", import.meta.url));

/**
 * @typedef {object} WholeFileOptions
 * @property {string} clip path of the recording
 * @property {number} [beamSize]
 * @property {number} [threads]
 * @property {number} [batchSize] of BatchedInferencePipeline, which is left out without it
 * @property {number} [runs] rounds that count, after one warm-up each
 * @property {boolean} [words] whether the peers find the times of words
 * @property {string} [model] what mubbles gets as --model
 * @property {string} [peerModel] CTranslate2 folder of the same model; MUBBLES_PEER_MODEL where it is not given
 * @property {(line: string) => void} [print]
 */

/**
 * Why the comparison cannot run here, as a sentence, or `undefined` where it can.
 * @param {string | undefined} peerModel
 * @returns {string | undefined}
 */
export function missingPeer(peerModel = process.env.MUBBLES_PEER_MODEL) {
  try {
    peerPython();
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
  if (peerModel === undefined) {
    return "no model for faster-whisper: name a CTranslate2 Whisper folder by --peer-model or MUBBLES_PEER_MODEL (see bench/README.md)";
  }
  if (!existsSync(join(peerModel, "model.bin")))
    return `no model.bin in ${peerModel}: not a CTranslate2 Whisper folder`;
  return undefined;
}

/**
 * Runs all in turn and prints each round, and how many times as long as mubbles each peer took in it.
 * @param {WholeFileOptions} options
 */
export async function benchWholeFile({
  clip,
  beamSize = 5,
  threads = 2,
  batchSize,
  runs = 3,
  words = false,
  model,
  peerModel = process.env.MUBBLES_PEER_MODEL,
  print = (line) => stdout.write(`${line}\n`),
}) {
  const missing = missingPeer(peerModel);
  if (missing !== undefined) throw new Error(missing);
  const shared = ["--beam-size", String(beamSize), "--threads", String(threads)];
  const own = [
    "file",
    clip,
    ...shared,
    "-f",
    "srt",
    "--quiet",
    ...(model === undefined ? [] : ["--model", model]),
  ];
  const peer = [
    peerScript("faster_whisper_run.py"),
    "--model",
    String(peerModel),
    "--compute",
    "int8",
    ...shared,
    ...(words ? ["--words"] : []),
    clip,
  ];
  /** @type {Record<string, () => Promise<import("./measure.js").Usage>>} */
  const peers = { sequential: () => measure(peerPython(), peer) };
  if (batchSize !== undefined)
    peers.batched = () => measure(peerPython(), [...peer, "--batch-size", String(batchSize)]);
  // As a user starts it: by its first line, which sets how malloc gives memory back.
  const [command, ...before] = process.platform === "win32" ? [process.execPath, MUBBLES] : [MUBBLES];
  const runMubbles = () => measure(command, [...before, ...own]);

  print(
    `whole file: ${clip}, beam ${beamSize}, ${threads} threads${words ? ", peers with times of words" : ""}, ${runs} rounds after one warm-up each`,
  );
  const { stdout: subtitles } = await runMubbles();
  if (!subtitles.includes(" --> "))
    throw new Error(`mubbles wrote no subtitle for ${clip}: nothing to compare`);
  for (const run of Object.values(peers)) await run();
  const rounds = [];
  for (let i = 0; i < runs; i++) {
    const mubbles = figures(await runMubbles());
    print(`  round ${i + 1}: mubbles ${inWords(mubbles)}`);
    /** @type {Record<string, ReturnType<typeof figures> & { ratio: number }>} */
    const others = {};
    for (const [name, run] of Object.entries(peers)) {
      const usage = figures(await run());
      const ratio = usage.wallSeconds / mubbles.wallSeconds;
      others[name] = { ...usage, ratio };
      print(`    faster-whisper ${name} ${inWords(usage)}: ${ratio.toFixed(2)}×`);
    }
    rounds.push({ mubbles, ...others });
  }
  /** @type {Record<string, ReturnType<typeof spread>>} */
  const ratios = {};
  for (const name of Object.keys(peers)) {
    const ratio = spread(rounds.map((round) => /** @type {any} */ (round)[name].ratio));
    ratios[name] = ratio;
    print(
      `  mubbles is faster than ${name} by ${ratio.min.toFixed(2)} / ${ratio.median.toFixed(2)} / ${ratio.max.toFixed(2)} (min / median / max)`,
    );
  }
  const peakRssBytes = Math.max(...rounds.map((round) => round.mubbles.peakRssBytes ?? 0));
  return { clip, beamSize, threads, runs, rounds, ratios, peakRssBytes };
}

/** @param {import("./measure.js").Usage} usage */
function figures({ wallSeconds, cpuSeconds, peakRssBytes }) {
  return { wallSeconds, cpuSeconds, peakRssBytes };
}

/** @param {{ wallSeconds: number, cpuSeconds: number | undefined, peakRssBytes: number | undefined }} figures */
function inWords({ wallSeconds, cpuSeconds, peakRssBytes }) {
  const cpu = cpuSeconds === undefined ? "?" : cpuSeconds.toFixed(2);
  const memory = peakRssBytes === undefined ? "?" : Math.round(peakRssBytes / 1e6);
  return `${wallSeconds.toFixed(2)} s (CPU ${cpu} s, peak ${memory} MB)`;
}

/** @param {readonly number[]} values */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  return { min: sorted[0] ?? 0, median, max: sorted.at(-1) ?? 0 };
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "peer-model": { type: "string" },
      "beam-size": { type: "string", default: "5" },
      threads: { type: "string", default: "2" },
      "batch-size": { type: "string" },
      runs: { type: "string", default: "3" },
      words: { type: "boolean" },
      model: { type: "string" },
      json: { type: "string" },
    },
  });
  const [clip] = positionals;
  if (clip === undefined) throw new Error("usage: node bench/peers/whole-file.js CLIP --peer-model DIR");
  const result = await benchWholeFile({
    clip,
    beamSize: Number(values["beam-size"]),
    threads: Number(values.threads),
    runs: Number(values.runs),
    ...(values["batch-size"] === undefined ? {} : { batchSize: Number(values["batch-size"]) }),
    ...(values.words === undefined ? {} : { words: values.words }),
    ...(values.model === undefined ? {} : { model: values.model }),
    ...(values["peer-model"] === undefined ? {} : { peerModel: values["peer-model"] }),
  });
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, undefined, 1)}\n`);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
