import { expect, test } from "vitest";
import { roundHalfToEven } from "../../../src/model/decoding/python-round.js";

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [-0.5, 0],
  [2.4999, 2],
  [2.5001, 3],
  [7, 7],
])("%f is %i, as Python rounds", (value, rounded) => {
  expect(roundHalfToEven(value) + 0).toBe(rounded);
});
