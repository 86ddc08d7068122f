/** The encoder as it runs on processors with and without exact 8-bit products, whole and in chunks: the same numbers every way. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { chunkFeeds } from "../../src/model/chunk-feeds.js";
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

test("widened weights give what the others give", async () => {
  const widened = await hiddenOf({ widenWeights: true });
  // Where products saturate there is nothing to compare with: widened is all that is right there.
  const plain = await hiddenOf({ widenWeights: await eightBitProductsSaturate() });
  expect(largestDifference(widened, plain)).toBeLessThan(1e-3);
});

// Where products saturate they do so in either, frame by frame. 233 frames do not make chunks of the same size.
test.each([1500, 233, 1])("in chunks the numbers of %d frames are the same", async (frames) => {
  const whole = await hiddenOf({ widenWeights: false, frames });
  const inChunks = await hiddenOf({ widenWeights: false, frames, isChunked: true });
  expect(largestDifference(whole, inChunks)).toBe(0);
});

interface Settings {
  readonly widenWeights: boolean;
  readonly isChunked?: boolean;
  readonly frames?: number;
}

async function hiddenOf({ widenWeights, isChunked = false, frames = 1500 }: Settings) {
  const settings = { threads: 2, weightsFolder: folder, widenWeights };
  const session = await createSession(encoderGraph(weights, config, { isChunked }), settings);
  sessions.push(session);
  const positions = audioPositions(weights, config).subarray(0, frames * config.dModel);
  const columns = Array.from({ length: config.nMels }, (_, row) =>
    mel.subarray(row * 3000, row * 3000 + 2 * frames),
  );
  const { hidden } = await session.run({
    mel: new Tensor(
      "float32",
      columns.flatMap((values) => [...values]),
      [1, config.nMels, 2 * frames],
    ),
    positions: new Tensor("float32", positions, [frames, config.dModel]),
    ...(isChunked ? chunkFeeds(frames, 2) : {}),
  });
  return hidden!.data as Float32Array;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
