import { expect, test } from "vitest";
import { SampleHistory } from "../../../src/dsp/echo/sample-history.js";

test("frames at any distance, across the borders of those pushed, and silence before the first", () => {
  const history = new SampleHistory(10, 2);
  history.push(Float32Array.of(1, 2));
  history.push(Float32Array.of(3, 4));
  expect([...history.frame(0)]).toEqual([3, 4]);
  expect([...history.frame(1)]).toEqual([2, 3]);
  expect([...history.frame(3)]).toEqual([0, 1]);
  expect([...history.frame(8)]).toEqual([0, 0]);
});

test("the same after any number of frames", () => {
  const history = new SampleHistory(40, 2);
  for (let pushed = 0; pushed < 200; pushed += 2) {
    history.push(Float32Array.of(pushed, pushed + 1));
    for (const ago of [0, 1, 20, 38]) {
      const last = pushed + 1 - ago;
      expect([...history.frame(ago)]).toEqual([Math.max(0, last - 1), Math.max(0, last)]);
    }
  }
});
