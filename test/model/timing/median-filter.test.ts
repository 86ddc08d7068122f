import { expect, test } from "vitest";
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import { MEDIAN_WIDTH, MedianFilter } from "../../../src/model/timing/median-filter.js";

test.each([4, 5, 6, 7, 8, 9, 31, 1500])(
  "%i values: the middle of each seven, mirrored at the ends",
  (length) => {
    const random = seededRandom(length);
    const row = Float32Array.from({ length }, () => (random() - 0.5) * 10 ** (random() * 12 - 6));
    const half = (MEDIAN_WIDTH - 1) / 2;
    const mirrored = (i: number) => (i < 0 ? -i : i >= length ? 2 * (length - 1) - i : i);
    const expected = Array.from({ length }, (_, i) => {
      const window = Array.from({ length: MEDIAN_WIDTH }, (_, j) => row[mirrored(i + j - half)]!);
      return window.sort((a, b) => a - b)[half];
    });
    for (const [i, median] of filtered(row).entries())
      expect(Math.abs(median / expected[i]! - 1)).toBeLessThan(3e-7);
  },
);

test.each([1, 2, 3])("%i values cannot be mirrored and stay", (length) => {
  const row = Float32Array.from({ length }, (_, i) => [5, -2, 9][i]!);
  expect(filtered(row)).toEqual([...row]);
});

test("a lone peak goes, a plateau of four stays", () => {
  const row = Float32Array.from([0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 3, 3, 3, 3, 0, 0, 0, 0, 0]);
  expect(filtered(row)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 0, 0, 0, 0, 0]);
});

function filtered(row: Float32Array): number[] {
  new MedianFilter(row.length).apply(row);
  return [...row];
}
