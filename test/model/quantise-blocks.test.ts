import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { BLOCK_INPUTS, quantiseInBlocks } from "../../src/model/quantise-blocks.js";
import { unpacked } from "./unpacked-blocks.js";

describe("4 bits, a scale for every 32 inputs", () => {
  test("what is on the grid comes back, the first of two weights in the low bits", () => {
    const weight = Float32Array.from({ length: BLOCK_INPUTS }, (_, i) => ((i % 16) - 8) * 0.25);
    const { packed, scales } = quantiseInBlocks(weight);
    expect([...scales]).toEqual([0.25]);
    expect([...packed.subarray(0, 3)]).toEqual([0x10, 0x32, 0x54]);
    expect([...unpacked({ packed, scales })]).toEqual([...weight]);
  });

  test("the largest weight may be above or below zero: the further side is its own", () => {
    const mirrored = Float32Array.from({ length: BLOCK_INPUTS }, (_, i) => (8 - (i % 16)) * 0.25);
    const restored = unpacked(quantiseInBlocks(mirrored));
    expect(restored.every((value, i) => value === mirrored[i])).toBe(true);
  });

  test("a block of zeros is exactly zero and leaves the next alone", () => {
    const weight = new Float32Array(2 * BLOCK_INPUTS);
    weight.fill(0.5, BLOCK_INPUTS);
    const { packed, scales } = quantiseInBlocks(weight);
    expect(scales[0]).toBe(0);
    expect([...unpacked({ packed, scales })]).toEqual([...weight]);
  });

  test("normal weights lose less than when their largest is a step's multiple, and blocks differ in size", () => {
    const weight = normalWeights(64);
    const restored = unpacked(quantiseInBlocks(weight));
    const plain = Float32Array.from(weight, (value, i) => {
      const start = i - (i % BLOCK_INPUTS);
      const step = Math.max(...weight.subarray(start, start + BLOCK_INPUTS).map(Math.abs)) / 7;
      return Math.round(value / step) * step;
    });
    expect(relativeError(restored, weight)).toBeLessThan(0.95 * relativeError(plain, weight));
    expect(relativeError(restored, weight)).toBeGreaterThan(0.04);
  });
});

/** Blocks of normally distributed numbers, each of another deviation. */
function normalWeights(blocks: number): Float32Array {
  const random = seededRandom(11);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Float32Array.from(
    { length: blocks * BLOCK_INPUTS },
    (_, i) => gaussian() * 2 ** (Math.floor(i / BLOCK_INPUTS) % 5),
  );
}

function relativeError(got: Float32Array, expected: Float32Array): number {
  const off = got.reduce((sum, value, i) => sum + (value - expected[i]!) ** 2, 0);
  return Math.sqrt(off / expected.reduce((sum, value) => sum + value ** 2, 0));
}
