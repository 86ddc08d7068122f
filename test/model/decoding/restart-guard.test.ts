import { expect, test } from "vitest";
import { keptBeforeRestart } from "../../../src/model/decoding/restart-guard.js";

test.each([
  ["nothing said twice", [1, 2, 3, 4, 5, 6, 7], undefined],
  ["two tokens again", [1, 2, 3, 1, 2], undefined],
  ["three in a short text", [1, 2, 3, 4, 1, 2, 3], 4],
  ["one token three times over", [1, 1, 1, 1], 1],
  ["three in a long text", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3], undefined],
  ["five in a long text", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5], 10],
  ["five not at the end", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 9], undefined],
])("%s", (_, tokens, kept) => {
  expect(keptBeforeRestart(tokens)).toBe(kept);
});
