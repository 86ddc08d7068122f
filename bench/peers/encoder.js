/**
 * The encoder of whisper-base int8 beside faster-whisper's, 30 s of features, in turn in one run, two threads each.
 *
 *     node bench/peers/encoder.js [--model DIR] [--peer-model DIR] [--runs 9] [--threads 2]
 *
 * Prints the medians in milliseconds and their ratio. Both are the encoder alone, log-mel in and hidden states out; what the decoder
 * makes of these, cross-attention keys and values, is timed beside it for mubbles. Between two runs there is a pause, so that
 * no thread pool of the one spins while the other works.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { EncoderSession } from "../../dist/model/audio-encoder.js";
import { audioPositions, encoderGraph } from "../../dist/model/encoder-graph.js";
import { chunkFeeds } from "../../dist/model/encoder-rows.js";
import { createSession, Tensor } from "../../dist/model/ort.js";
import { Safetensors } from "../../dist/model/safetensors.js";
import { eightBitProductsSaturate } from "../../dist/model/saturation.js";
import { readWhisperConfig } from "../../dist/model/whisper-config.js";
import { peerPython, peerScript } from "./python.js";

/** Longer than any thread pool here spins. */
const PAUSE_MS = 400;
const EMBEDDED = fileURLToPath(new URL("../../models/whisper-base-int8", import.meta.url));

const { values } = parseArgs({
  options: {
    model: { type: "string", default: EMBEDDED },
    "peer-model": { type: "string", default: process.env.MUBBLES_PEER_MODEL ?? "" },
    runs: { type: "string", default: "9" },
    threads: { type: "string", default: "2" },
  },
});

const encoder = await EncoderSession.load(values.model, Number(values.threads));
const config = readWhisperConfig(values.model);
const { nMels, maxAudioPositions, dModel } = config;
const weights = Safetensors.openFolder(values.model);
const widenWeights = await eightBitProductsSaturate();
// What mubbles runs has the cross keys and values in the same graph; this is the rest of it.
const alone = await createSession(encoderGraph(weights, config, { isChunked: !widenWeights }), {
  threads: Number(values.threads),
  weightsFolder: values.model,
  spin: true,
  widenWeights,
});
const positions = new Tensor("float32", audioPositions(weights, config), [maxAudioPositions, dModel]);
const mel = Float32Array.from({ length: nMels * 3000 }, (_, i) => Math.sin(i) * 0.5);

const script = [peerScript("faster_whisper_encoder.py"), values["peer-model"], values.threads];
const peer = spawn(peerPython(), script, { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
/** The peer encodes once for every line, and answers with the milliseconds. */
async function peerMs() {
  peer.stdin.write("\n");
  const { value, done } = await answers.next();
  if (done) throw new Error("faster-whisper ended early");
  return Number(value);
}

/** @param {() => Promise<unknown>} work */
async function timed(work) {
  await setTimeout(PAUSE_MS);
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const chunks = widenWeights ? {} : chunkFeeds(maxAudioPositions, Number(values.threads));
const ownMs = () =>
  timed(() => alone.run({ mel: new Tensor("float32", mel, [1, nMels, 3000]), positions, ...chunks }));
/** @type {number[]} */
const withCross = [];
/** @type {[own: number, peer: number][]} */
const pairs = [];
for (let run = -1; run < Number(values.runs); run++) {
  const own = await ownMs();
  await setTimeout(PAUSE_MS);
  const peerTime = await peerMs();
  const both = await timed(async () => {
    for await (const _ of encoder.encode(mel.slice()));
  });
  // The first of each is a warm-up.
  if (run < 0) continue;
  pairs.push([own, peerTime]);
  withCross.push(both);
}
peer.stdin.end();
await encoder.release();
await alone.release();
/** @param {number[]} numbers */
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
const own = median(pairs.map(([ms]) => ms));
const theirs = median(pairs.map(([, ms]) => ms));
process.stdout.write(
  `mubbles ${own.toFixed(0)} ms, faster-whisper int8 ${theirs.toFixed(0)} ms, ratio of the medians ${(own / theirs).toFixed(3)}, ` +
    `median of the pairs' ratios ${median(pairs.map(([a, b]) => a / b)).toFixed(3)}; ` +
    `mubbles with cross keys and values ${median(withCross).toFixed(0)} ms\n`,
);
