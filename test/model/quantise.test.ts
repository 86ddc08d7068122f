import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { quantisePerOutput, transpose } from "../../src/model/quantise.js";

const OUTPUTS = 5;
const INPUTS = 64;

describe("a scale per output", () => {
  test("every weight is within half a step of its output, written as [in, out]", () => {
    const weight = weights();
    const { values, scales } = quantisePerOutput(weight, OUTPUTS);
    for (const [out, scale] of scales.entries()) {
      const own = weight.subarray(out * INPUTS, (out + 1) * INPUTS);
      const restored = Array.from(own, (_, i) => values[i * OUTPUTS + out]! * scale);
      expect(scale).toBeCloseTo(Math.max(...own.map(Math.abs)) / 127, 6);
      expectWithin(restored, own, scale / 2);
      expect(Math.max(...restored.map(Math.abs)) / (127 * scale)).toBeCloseTo(1, 6);
    }
  });

  test("an output of zeros stays zero and does not touch the others", () => {
    const { values, scales } = quantisePerOutput(Float32Array.of(0, 0, 0, 2, -1, 4), 2);
    expect([...values]).toEqual([0, 64, 0, -32, 0, 127]);
    expect(scales[0]).toBe(1);
    expect(scales[1]).toBeCloseTo(4 / 127, 6);
  });

  test("-128 is never used: positive and negative are alike", () => {
    const { values } = quantisePerOutput(weights(), OUTPUTS);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-127);
    expect(Math.max(...values)).toBe(127);
  });
});

test("transpose: [out, in] to [in, out]", () => {
  expect([...transpose(Float32Array.of(1, 2, 3, 4, 5, 6), 2)]).toEqual([1, 4, 2, 5, 3, 6]);
});

/** [OUTPUTS, INPUTS], outputs of very different size. */
function weights(): Float32Array {
  const random = seededRandom(5);
  return Float32Array.from(
    { length: OUTPUTS * INPUTS },
    (_, i) => (random() * 2 - 1) * 4 ** Math.floor(i / INPUTS),
  );
}

function expectWithin(restored: readonly number[], own: Float32Array, tolerance: number) {
  const largest = Math.max(...restored.map((value, i) => Math.abs(value - own[i]!)));
  expect(largest).toBeLessThanOrEqual(tolerance * (1 + 1e-5));
}
