/**
 * mubbles against faster-whisper on one file, whole process against whole process: start, import, model loading,
 * decoding of the media and transcription. They take turns, so that both meet the same moods of the machine.
 *
 *     node bench/peers/whole-file.js CLIP --peer-model DIR [--beam-size 5] [--threads 2] [--runs 3] [--model NAME] [--json FILE]
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
 * @property {number} [runs] pairs that count, after one warm-up each
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
 * Runs both in turn and prints each pair.
 * @param {WholeFileOptions} options
 */
export async function benchWholeFile({
  clip,
  beamSize = 5,
  threads = 2,
  runs = 3,
  model,
  peerModel = process.env.MUBBLES_PEER_MODEL,
  print = (line) => stdout.write(`${line}\n`),
}) {
  const missing = missingPeer(peerModel);
  if (missing !== undefined) throw new Error(missing);
  const shared = ["--beam-size", String(beamSize), "--threads", String(threads)];
  const own = [
    MUBBLES,
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
    clip,
  ];
  const runMubbles = () => measure(process.execPath, own);
  const runPeer = () => measure(peerPython(), peer);

  print(`whole file: ${clip}, beam ${beamSize}, ${threads} threads, ${runs} pairs after one warm-up each`);
  const { stdout: subtitles } = await runMubbles();
  if (!subtitles.includes(" --> "))
    throw new Error(`mubbles wrote no subtitle for ${clip}: nothing to compare`);
  await runPeer();
  const pairs = [];
  for (let i = 0; i < runs; i++) {
    const [mubbles, fasterWhisper] = [figures(await runMubbles()), figures(await runPeer())];
    const ratio = fasterWhisper.wallSeconds / mubbles.wallSeconds;
    pairs.push({ mubbles, fasterWhisper, ratio });
    print(
      `  pair ${i + 1}: mubbles ${inWords(mubbles)}; faster-whisper ${inWords(fasterWhisper)}; ${ratio.toFixed(2)}×`,
    );
  }
  const ratio = spread(pairs.map((pair) => pair.ratio));
  const peakRssBytes = Math.max(...pairs.map((pair) => pair.mubbles.peakRssBytes ?? 0));
  print(
    `  mubbles is faster by ${ratio.min.toFixed(2)} / ${ratio.median.toFixed(2)} / ${ratio.max.toFixed(2)} (min / median / max)`,
  );
  return { clip, beamSize, threads, runs, pairs, ratio, peakRssBytes };
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
      runs: { type: "string", default: "3" },
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
