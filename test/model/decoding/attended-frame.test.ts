import { expect, test } from "vitest";
import { attendedFrame } from "../../../src/model/decoding/attended-frame.js";

const FRAMES = 200;

/** Scores [2 heads × rows × frames]: `peaks` is where each row looks. */
function attentionTo(peaks: readonly number[], width = 2) {
  const scores = new Float32Array(2 * peaks.length * FRAMES);
  for (let head = 0; head < 2; head++) {
    for (const [row, peak] of peaks.entries()) {
      const start = (head * peaks.length + row) * FRAMES;
      for (let frame = 0; frame < FRAMES; frame++)
        scores[start + frame] = Math.abs(frame - peak) <= width ? 8 : 0;
    }
  }
  return { scores, heads: 2, tokens: peaks.length, frames: FRAMES };
}

test("the rows asked for, within the width that attention is summed over", () => {
  const attention = attentionTo([20, 90, 150]);
  for (const [row, peak] of [20, 90, 150].entries()) {
    expect(Math.abs(attendedFrame(attention, row, row + 1) - peak)).toBeLessThanOrEqual(10);
  }
});

test("several rows count together", () => {
  const frame = attendedFrame(attentionTo([40, 120, 122, 124]), 0, 4);
  expect(Math.abs(frame - 122)).toBeLessThanOrEqual(10);
});

test("the first and the last frame can be where all looks", () => {
  expect(attendedFrame(attentionTo([0]), 0, 1)).toBeLessThanOrEqual(10);
  expect(attendedFrame(attentionTo([FRAMES - 1]), 0, 1)).toBeGreaterThanOrEqual(FRAMES - 11);
});
