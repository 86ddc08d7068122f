/** The encoder as it runs on processors with and without exact 8-bit products: the same numbers either way. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { audioPositions, encoderGraph } from "../../src/model/encoder-graph.js";
import { createSession, type InferenceSession, Tensor } from "../../src/model/ort.js";
import { Safetensors } from "../../src/model/safetensors.js";
import { eightBitProductsSaturate } from "../../src/model/saturation.js";
import { readWhisperConfig } from "../../src/model/whisper-config.js";
import { sentenceSamples, windowOf } from "./speech-window.js";

const folder = packagePath("models/whisper-base-int8");
const config = readWhisperConfig(folder);
const weights = Safetensors.openFolder(folder);
const sessions: InferenceSession[] = [];

let mel: Float32Array;
beforeAll(async () => {
  ({ mel } = windowOf(await sentenceSamples(), 0));
});
afterAll(async () => {
  for (const session of sessions) await session.release();
});

test("widened weights load in one part, and give what the others give", async () => {
  const widened = await hiddenOf({ widenWeights: true, parts: 1 });
  // Where products saturate there is nothing to compare with: widened is all that is right there.
  const plain = await hiddenOf({ widenWeights: await eightBitProductsSaturate(), parts: 1 });
  expect(largestDifference(widened, plain)).toBeLessThan(1e-3);
});

test("two parts of widened weights do not load: why there is one", async () => {
  await expect(hiddenOf({ widenWeights: true, parts: 2 })).rejects.toThrow(/replace the existing tensor/);
});

// Where products saturate they do so in either, frame by frame.
test("in parts the numbers are the same", async () => {
  const whole = await hiddenOf({ widenWeights: false, parts: 1 });
  const inParts = await hiddenOf({ widenWeights: false, parts: 2 });
  expect(largestDifference(whole, inParts)).toBeLessThan(1e-3);
});

async function hiddenOf({ widenWeights, parts }: { widenWeights: boolean; parts: number }) {
  const settings = { threads: 2, weightsFolder: folder, widenWeights };
  const session = await createSession(encoderGraph(weights, config, { parts }), settings);
  sessions.push(session);
  const positions = audioPositions(weights, config);
  const { hidden } = await session.run({
    mel: new Tensor("float32", mel, [1, config.nMels, 3000]),
    positions: new Tensor("float32", positions, [config.maxAudioPositions, config.dModel]),
  });
  return hidden!.data as Float32Array;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
