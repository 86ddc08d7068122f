import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { GraphBuilder } from "../../src/model/graph-builder.js";
import { type InputRounding, linear } from "../../src/model/layers.js";
import { createSession, type InferenceSession, Tensor } from "../../src/model/ort.js";
import { quantisePerOutput, transpose } from "../../src/model/quantise.js";
import { BLOCK_BYTES, BLOCK_INPUTS, quantiseInBlocks } from "../../src/model/quantise-blocks.js";
import { Safetensors } from "../../src/model/safetensors.js";
import { eightBitProductsSaturate } from "../../src/model/saturation.js";
import { floatTensor, halfTensor, type NewTensor, writeSafetensors } from "./safetensors-file.js";
import { temporaryFolder } from "./temporary-folder.js";
import { unpacked } from "./unpacked-blocks.js";

const folder = temporaryFolder();
const INPUTS = 128;
const OUTPUTS = 48;
const random = seededRandom(3);
/** [out, in], rows of different size; the first row is all alike, the second zero. */
const WEIGHT = Float32Array.from({ length: OUTPUTS * INPUTS }, (_, i) => {
  const row = Math.floor(i / INPUTS);
  if (row < 2) return row === 0 ? 1 : 0;
  return gaussian() * 2 ** ((row % 7) - 3);
});
const BIAS = Float32Array.from({ length: OUTPUTS }, gaussian);
/** What each 8-bit weight is off by, at most: half of the largest in its row over 127. */
const ROW_LARGEST = Array.from({ length: OUTPUTS }, (_, out) =>
  largestOf(WEIGHT.subarray(out * INPUTS, (out + 1) * INPUTS)),
);

const ROWS: Readonly<Record<string, Float32Array>> = {
  noise: Float32Array.from({ length: INPUTS }, gaussian),
  outlier: Float32Array.from({ length: INPUTS }, (_, i) => (i === 17 ? 300 : gaussian())),
  large: Float32Array.from({ length: INPUTS }, () => 1e4 * gaussian()),
  tiny: Float32Array.from({ length: INPUTS }, () => 1e-6 * gaussian()),
  negative: Float32Array.from({ length: INPUTS }, () => -Math.abs(gaussian())),
  alike: new Float32Array(INPUTS).fill(1),
  zero: new Float32Array(INPUTS),
};

let session: InferenceSession;
beforeAll(async () => {
  session = await sessionOf(quantised());
});
afterAll(() => session.release());

describe("8 bits, row by row", () => {
  test.each(Object.keys(ROWS))("%s: within what rounding weights and activations can do", async (name) => {
    const row = ROWS[name]!;
    const got = await product(session, [row]);
    expectWithin(got, row, (out) => roundingBound(row, out));
  });

  test("nothing saturates: the largest activations by the largest weights", async () => {
    const [first] = await product(session, [ROWS.alike!]);
    expect(first).toBeCloseTo(INPUTS, 3);
  });

  test("a row of zeros, and zero weights, give exactly zero", async () => {
    expect(new Set((await product(session, [ROWS.zero!])).map(Math.abs))).toEqual(new Set([0]));
    expect((await product(session, [ROWS.noise!]))[1]).toBe(0);
  });

  test("a typical row is within 2 %", async () => {
    const row = ROWS.noise!;
    const got = await product(session, [row]);
    const exact = exactProduct(row);
    const error = Math.hypot(...got.map((value, out) => value - exact[out]!)) / Math.hypot(...exact);
    expect(error).toBeLessThan(0.02);
    expect(error).toBeGreaterThan(0);
  });

  test("a row's result does not depend on the others in the batch, bit for bit", async () => {
    const rows = Object.values(ROWS);
    const batches = [rows, rows.toReversed(), [...rows, ...rows, ...rows]];
    const alone = new Map<Float32Array, number[]>();
    for (const row of rows) alone.set(row, await product(session, [row]));
    for (const batch of batches) {
      const got = await product(session, batch);
      for (const [i, row] of batch.entries()) {
        expect(got.slice(i * OUTPUTS, (i + 1) * OUTPUTS)).toEqual(alone.get(row));
      }
    }
  });
});

describe("inputs in two parts", () => {
  check("measured row by row", { parts: 2 }, Object.keys(ROWS));
  // What a normalisation without weights gives is no larger than the root of its width.
  check("with a bound that is known", { parts: 2, largest: Math.sqrt(INPUTS) }, ["noise", "alike", "zero"]);

  function check(name: string, rounding: InputRounding, rows: readonly string[]) {
    test(`${name}: only the rounding of the weights is left, in a batch or alone`, async () => {
      const fine = await sessionOf(quantised(), rounding);
      const batch = await product(
        fine,
        rows.map((row) => ROWS[row]!),
      );
      for (const [i, row] of rows.entries()) {
        const alone = await product(fine, [ROWS[row]!]);
        expect(batch.slice(i * OUTPUTS, (i + 1) * OUTPUTS)).toEqual(alone);
        expectWithin(alone, ROWS[row]!, (out) =>
          weightBound(ROWS[row]!, out, rounding.largest ?? largestOf(ROWS[row]!)),
        );
      }
      await fine.release();
    });
  }
});

describe("every storage", () => {
  // The bias is taken off again in float32.
  check("I8", quantised(), (out) => roundingBound(ROWS.noise!, out) + 1e-5);
  check(
    "F16",
    { "rows.weight": halfTensor([INPUTS, OUTPUTS], transpose(WEIGHT, OUTPUTS)) },
    (out) => 0.05 * ROW_LARGEST[out]! + 1e-3,
  );
  check("U8", inBlocks(), (out) => blockBound(ROWS.noise!, out));
  check("F32", { "rows.weight": floatTensor([INPUTS, OUTPUTS], transpose(WEIGHT, OUTPUTS)) }, () => 1e-3);

  function check(name: string, weight: Record<string, NewTensor>, bound: (out: number) => number) {
    test(`${name}, with a bias`, async () => {
      const biased = await sessionOf({ ...weight, "rows.bias": floatTensor([OUTPUTS], BIAS) });
      const got = await product(biased, [ROWS.noise!]);
      await biased.release();
      expectWithin(
        got.map((value, out) => value - BIAS[out]!),
        ROWS.noise!,
        bound,
      );
    });
  }
});

function quantised(): Record<string, NewTensor> {
  const { values, scales } = quantisePerOutput(WEIGHT, OUTPUTS);
  return {
    "rows.weight": { dtype: "I8", shape: [INPUTS, OUTPUTS], values },
    "rows.scale": floatTensor([OUTPUTS], scales),
  };
}

function inBlocks(): Record<string, NewTensor> {
  const { packed, scales } = quantiseInBlocks(WEIGHT);
  const blocks = [OUTPUTS, INPUTS / BLOCK_INPUTS];
  return {
    "rows.weight": { dtype: "U8", shape: [...blocks, BLOCK_BYTES], values: packed },
    "rows.scale": floatTensor(blocks, scales),
  };
}

/** What every weight is off by times its activation, and half a step of every activation times its weight. */
function blockBound(row: Float32Array, out: number): number {
  const own = WEIGHT.subarray(out * INPUTS, (out + 1) * INPUTS);
  const restored = unpacked(quantiseInBlocks(own));
  const activationStep = largestOf(row) / 127;
  let bound = 0;
  for (let i = 0; i < INPUTS; i++) {
    bound +=
      Math.abs(restored[i]! - own[i]!) * Math.abs(row[i]!) + (activationStep / 2) * Math.abs(restored[i]!);
  }
  return bound * 1.0001 + 1e-5;
}

/** Half a step of every activation times its weight, and half a step of every weight times its activation. */
function roundingBound(row: Float32Array, out: number): number {
  const own = WEIGHT.subarray(out * INPUTS, (out + 1) * INPUTS);
  const activationStep = largestOf(row) / 127;
  const weightStep = ROW_LARGEST[out]! / 127;
  let bound = 0;
  for (let i = 0; i < INPUTS; i++) {
    bound +=
      (activationStep / 2) * (Math.abs(own[i]!) + weightStep / 2) + (weightStep / 2) * Math.abs(row[i]!);
  }
  return bound * 1.0001;
}

/** Half a step of every weight times its activation, and of every activation's low part (a 254th of a step) times its weight. */
function weightBound(row: Float32Array, out: number, largest: number): number {
  const own = WEIGHT.subarray(out * INPUTS, (out + 1) * INPUTS);
  const weightStep = ROW_LARGEST[out]! / 127;
  const lowStep = largest / 127 / 254;
  let bound = 0;
  for (let i = 0; i < INPUTS; i++)
    bound += (weightStep / 2) * Math.abs(row[i]!) + (lowStep / 2) * (Math.abs(own[i]!) + weightStep);
  return bound * 1.0001 + 1e-6;
}

function expectWithin(got: readonly number[], row: Float32Array, bound: (out: number) => number) {
  const wrong = exactProduct(row).flatMap((exact, out) =>
    Math.abs(got[out]! - exact) <= bound(out) ? [] : [{ out, exact, got: got[out], bound: bound(out) }],
  );
  expect(wrong).toEqual([]);
}

function exactProduct(row: Float32Array): number[] {
  return Array.from({ length: OUTPUTS }, (_, out) => {
    let sum = 0;
    for (let i = 0; i < INPUTS; i++) sum += WEIGHT[out * INPUTS + i]! * row[i]!;
    return sum;
  });
}

async function sessionOf(
  tensors: Record<string, NewTensor>,
  rounding?: InputRounding,
): Promise<InferenceSession> {
  const file = join(folder, "model.safetensors");
  writeSafetensors(file, tensors);
  const g = new GraphBuilder(Safetensors.openFiles([file]));
  g.named("y", "Identity", [linear(g, g.input("x", ["R", "T", INPUTS]), "rows", rounding)]);
  g.output("y", ["R", "T", OUTPUTS]);
  const widenWeights = await eightBitProductsSaturate();
  return createSession(g.encode("linear"), { threads: 2, weightsFolder: folder, widenWeights });
}

async function product(on: InferenceSession, rows: readonly Float32Array[]): Promise<number[]> {
  const x = Float32Array.from(rows.flatMap((row) => [...row]));
  const { y } = await on.run({ x: new Tensor("float32", x, [rows.length, 1, INPUTS]) });
  return Array.from(y!.data as Float32Array);
}

function largestOf(values: Float32Array): number {
  return Math.max(...values.map(Math.abs));
}

/** Standard normal (Box-Muller). */
function gaussian(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
