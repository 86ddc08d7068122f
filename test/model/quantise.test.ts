import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import {
  quantisePerOutput,
  quantiseRest,
  quantiseRows,
  quantiseTogether,
  transpose,
} from "../../src/model/quantise.js";

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

test("as rows, the same numbers where they were", () => {
  const weight = weights();
  const { values, scales } = quantiseRows(weight, OUTPUTS);
  expect({ values: transpose(values, OUTPUTS), scales }).toEqual(quantisePerOutput(weight, OUTPUTS));
});

test("what rounding left, in 8 bits more, leaves a 250th", () => {
  const weight = weights();
  const first = quantiseRows(weight, OUTPUTS);
  const rest = quantiseRest(weight, first);
  for (const [out, scale] of first.scales.entries()) {
    const own = weight.subarray(out * INPUTS, (out + 1) * INPUTS);
    const at = (i: number) => out * INPUTS + i;
    const restored = Array.from(
      own,
      (_, i) => first.values[at(i)]! * scale + rest.values[at(i)]! * rest.scales[out]!,
    );
    expectWithin(restored, own, scale / 500);
  }
});

describe("rounded together", () => {
  const rows = correlatedRows();
  const moment = momentOf(rows);

  test("results for correlated inputs are off by less than half of what rounding to nearest makes", () => {
    const weight = weights();
    const nearest = resultError(rows, weight, quantisePerOutput(weight, OUTPUTS));
    const together = resultError(rows, weight, quantiseTogether(weight, OUTPUTS, moment, 1e-4));
    expect(together).toBeGreaterThan(0);
    expect(together).toBeLessThan(nearest / 2);
  });

  test("inputs without correlation: nothing to make up for, so to nearest", () => {
    const white = new Float64Array(INPUTS * INPUTS);
    for (let i = 0; i < INPUTS; i++) white[i * INPUTS + i] = 1 + i;
    expect(quantiseTogether(weights(), OUTPUTS, white, 0.01)).toEqual(quantisePerOutput(weights(), OUTPUTS));
  });

  test("the same bytes every time, and no input that was never seen breaks it", () => {
    const unseen = momentOf(rows.slice(0, 3));
    const first = quantiseTogether(weights(), OUTPUTS, unseen, 0.01);
    expect(quantiseTogether(weights(), OUTPUTS, unseen, 0.01)).toEqual(first);
    expect(Math.min(...first.values)).toBeGreaterThanOrEqual(-127);
    expect(quantiseTogether(weights(), OUTPUTS, new Float64Array(INPUTS ** 2), 0.01)).toEqual(
      quantisePerOutput(weights(), OUTPUTS),
    );
  });
});

test("transpose: [out, in] to [in, out]", () => {
  expect(transpose(Float32Array.of(1, 2, 3, 4, 5, 6), 2)).toEqual(Float32Array.of(1, 4, 2, 5, 3, 6));
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

/** 400 rows that are mixtures of 8 patterns with a little noise. */
function correlatedRows(): Float32Array[] {
  const random = seededRandom(9);
  const noise = () => random() * 2 - 1;
  const patterns = Array.from({ length: 8 }, () => Float32Array.from({ length: INPUTS }, noise));
  return Array.from({ length: 400 }, () => {
    const row = Float32Array.from({ length: INPUTS }, () => 0.02 * noise());
    for (const pattern of patterns) {
      const factor = noise();
      for (let i = 0; i < INPUTS; i++) row[i]! += factor * pattern[i]!;
    }
    return row;
  });
}

function momentOf(rows: readonly Float32Array[]): Float64Array {
  const moment = new Float64Array(INPUTS * INPUTS);
  for (const row of rows) {
    for (let i = 0; i < INPUTS; i++) {
      for (let j = 0; j < INPUTS; j++) moment[i * INPUTS + j]! += row[i]! * row[j]!;
    }
  }
  return moment;
}

/** Root of the summed squares of what the results of all rows are off by. */
function resultError(
  rows: readonly Float32Array[],
  weight: Float32Array,
  { values, scales }: { values: Int8Array; scales: Float32Array },
): number {
  let sum = 0;
  for (const row of rows) {
    for (let out = 0; out < OUTPUTS; out++) {
      let off = 0;
      for (let i = 0; i < INPUTS; i++) {
        off += row[i]! * (weight[out * INPUTS + i]! - values[i * OUTPUTS + out]! * scales[out]!);
      }
      sum += off * off;
    }
  }
  return Math.sqrt(sum);
}
