import { expect, test } from "vitest";
import { AttentionRows } from "../../../src/model/decoding/attention-rows.js";

const HEADS = 2;
const WIDTH = 4;
const FRAMES = 3;

/** Scores [heads × tokens × WIDTH] that say where they belong: head, token, frame. */
function stepOf(tokens: readonly number[]): Float32Array {
  const rows = [0, 1].flatMap((head) => tokens.map((token) => [head, token] as const));
  return Float32Array.from(
    rows.flatMap(([head, token]) => [0, 1, 2, 3].map((f) => head * 100 + token * 10 + f)),
  );
}

function expected(tokens: readonly number[]): number[] {
  return Array.from(stepOf(tokens)).filter((_, i) => i % WIDTH < FRAMES);
}

test("rows of several steps are one sequence, head by head, of the frames with audio", () => {
  const rows = new AttentionRows(HEADS, FRAMES);
  rows.append(stepOf([1, 2]), 2);
  rows.append(stepOf([3]), 1);
  const { scores, ...shape } = rows.scores();
  expect(shape).toEqual({ heads: HEADS, tokens: 3, frames: FRAMES });
  expect(Array.from(scores)).toEqual(expected([1, 2, 3]));
});

test("what stands in front of the sequence is left out, and dropped tokens are gone", () => {
  const rows = new AttentionRows(HEADS, FRAMES);
  rows.append(stepOf([1, 2]), 2, 5);
  rows.append(stepOf([3, 4, 5]), 3, 1);
  rows.append(stepOf([6, 7]), 2, -2);
  rows.truncate(3);
  expect(Array.from(rows.scores().scores)).toEqual(expected([4, 5, 6]));
  rows.truncate(-1);
  expect(rows.scores().tokens).toBe(0);
});
