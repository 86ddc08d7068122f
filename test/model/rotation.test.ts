import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import {
  type FloatLinear,
  foldNorm,
  rotateInputs,
  rotateOutputs,
  rotationMatrix,
} from "../../src/model/rotation.js";

const random = seededRandom(11);

/** Widths of real models and of their heads: powers of two, and 3 and 5 times one. */
describe.each([2, 64, 96, 320, 384])("a rotation of %i channels", (size) => {
  const q = rotationMatrix(size);

  test("keeps lengths and angles: its rows are orthonormal", () => {
    let worst = 0;
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let i = 0; i < size; i++) sum += q[a * size + i]! * q[b * size + i]!;
        worst = Math.max(worst, Math.abs(sum - (a === b ? 1 : 0)));
      }
    }
    expect(worst).toBeLessThan(1e-6);
  });

  test("keeps means, so that layer normalisation commutes with it", () => {
    const sums = new Float64Array(size);
    for (const [at, value] of q.entries()) sums[at % size]! += value;
    expect(Math.max(...sums.map((sum) => Math.abs(sum - 1)))).toBeLessThan(1e-5);
  });

  test("is the same every time", () => {
    expect(Buffer.from(rotationMatrix(size).buffer).equals(Buffer.from(q.buffer))).toBe(true);
  });
});

test("one loud channel is spread over all", () => {
  const q = rotationMatrix(512);
  expect(Math.max(...q.subarray(7 * 512, 8 * 512).map(Math.abs))).toBeLessThan(0.15);
});

describe("folded into a linear, its results stay", () => {
  const linear: FloatLinear = { weight: noise(12 * 16), bias: noise(12) };
  const x = noise(16);

  test("a norm's weight and bias before it", () => {
    const [weight, bias] = [noise(16), noise(16)];
    const normed = x.map((value, i) => value * weight[i]! + bias[i]!);
    expectClose(product(foldNorm(linear, weight, bias), x), product(linear, normed));
  });

  test.each([16, 8])("inputs rotated in blocks of %i", (block) => {
    expectClose(product(rotateInputs(linear, block), rotated(x, block)), product(linear, x));
  });

  test.each([4, 12])("outputs rotated in blocks of %i", (block) => {
    expectClose(product(rotateOutputs(linear, block), x), rotated(product(linear, x), block));
  });
});

function noise(length: number): Float32Array {
  return Float32Array.from({ length }, () => random() * 2 - 1);
}

/** x·Wᵀ + b */
function product({ weight, bias }: FloatLinear, x: Float32Array): Float32Array {
  return bias.map((value, out) => x.reduce((sum, own, i) => sum + own * weight[out * x.length + i]!, value));
}

function rotated(x: Float32Array, block: number): Float32Array {
  const q = rotationMatrix(block);
  return x.map((_, at) => {
    const start = at - (at % block);
    let sum = 0;
    for (let k = 0; k < block; k++) sum += x[start + k]! * q[k * block + (at - start)]!;
    return sum;
  });
}

function expectClose(got: Float32Array, expected: Float32Array): void {
  expect(got).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 5);
}
