import { expect, test } from "vitest";
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import { firstColumns } from "../../../src/model/timing/dtw.js";

test("follows the bright cells", () => {
  check(
    [
      [9, 9, -1, -1, -1, -1],
      [-1, -1, 9, -1, -1, -1],
      [-1, -1, -1, 9, 9, 9],
    ],
    [0, 2, 3],
  );
});

test("one row takes every column, one column every row", () => {
  check([[1, 2, 3]], [0]);
  check([[1], [2], [3]], [0, 0, 0]);
});

test("more rows than columns: rows share a column", () => {
  check(
    [
      [9, -1],
      [9, -1],
      [-1, 9],
      [-1, 9],
    ],
    [0, 0, 1, 1],
  );
});

// openai/whisper timing.py:90-98: the diagonal and up must be strictly cheapest, else it goes left.
test("where all ways cost the same the path goes left as long as it can", () => {
  check(zeros(3, 4), [0, 0, 0]);
});

test("a diagonal no cheaper than the others is not taken", () => {
  // At the last cell diagonal (0, 0), up (0, 1) and left (1, 0) all cost nothing.
  check(zeros(2, 2), [0, 0]);
  // Diagonal strictly cheapest.
  check(
    [
      [0, -1],
      [-1, 0],
    ],
    [0, 1],
  );
  // Up strictly cheapest: the first row is kept until the last column.
  check(
    [
      [0, 2],
      [-1, 0],
    ],
    [0, 1],
  );
});

test("the sum along the path is the greatest of all paths'", () => {
  const random = seededRandom(5);
  for (let round = 0; round < 200; round++) {
    const rows = 1 + Math.floor(random() * 4);
    const columns = 1 + Math.floor(random() * 5);
    const scores = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random() - 0.5));
    const first = run(scores);
    // Knowing where each row begins, the path may or may not touch it below the end of the row before: the better of both.
    expect(bestSumWith(scores, first)).toBeCloseTo(bestSum(scores), 6);
  }
});

test("230 tokens × 1500 frames", () => {
  const random = seededRandom(9);
  const scores = Float32Array.from({ length: 230 * 1500 }, random);
  const first = firstColumns(scores, 230, 1500);
  expect(first[0]).toBe(0);
  for (let row = 1; row < 230; row++) expect(first[row]).toBeGreaterThanOrEqual(first[row - 1]!);
});

test("a matrix of another size is refused", () => {
  expect(() => firstColumns(new Float32Array(5), 2, 3)).toThrow(RangeError);
});

function check(scores: number[][], expected: number[]): void {
  expect(run(scores)).toEqual(expected);
}

function run(scores: number[][]): number[] {
  return [...firstColumns(Float32Array.from(scores.flat()), scores.length, scores[0]!.length)];
}

function zeros(rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
}

/** Over all monotonic paths from corner to corner. */
function bestSum(scores: number[][], allowed: (row: number, column: number) => boolean = () => true): number {
  const rows = scores.length;
  const columns = scores[0]!.length;
  const walk = (row: number, column: number): number => {
    if (row >= rows || column >= columns || !allowed(row, column)) return Number.NEGATIVE_INFINITY;
    const here = scores[row]![column]!;
    if (row === rows - 1 && column === columns - 1) return here;
    return here + Math.max(walk(row + 1, column), walk(row, column + 1), walk(row + 1, column + 1));
  };
  return walk(0, 0);
}

/** Over the paths on which no row is left before its successor's first column and none is entered before its own. */
function bestSumWith(scores: number[][], first: number[]): number {
  return bestSum(
    scores,
    (row, column) => column >= first[row]! && column <= (first[row + 1] ?? Number.POSITIVE_INFINITY),
  );
}
