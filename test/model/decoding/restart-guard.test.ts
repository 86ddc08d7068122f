import { expect, test } from "vitest";
import { keptBeforeRestart } from "../../../src/model/decoding/restart-guard.js";

test.each([
  ["nothing said twice", [1, 2, 3, 4, 5, 6, 7], undefined],
  ["two tokens again", [1, 2, 3, 1, 2], undefined],
  ["three in a short text", [1, 2, 3, 4, 1, 2, 3], 4],
  ["one token four times over", [1, 1, 1, 1], 1],
  ["three in a long text", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3], undefined],
  ["five in a long text", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5], 10],
  ["five not at the end", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 9], undefined],
])("%s, looking back to the start", (_, tokens, kept) => {
  expect(keptBeforeRestart(tokens, () => 0.1)).toBe(kept);
});

test("what is said again further on in the audio stays", () => {
  const tokens = [1, 2, 3, 4, 1, 2, 3];
  expect(keptBeforeRestart(tokens, (from) => from * 0.05)).toBeUndefined();
  expect(keptBeforeRestart(tokens, (from) => from * 0.02)).toBe(4);
});

test("a third copy is held against the second, not the first", () => {
  const tokens = [1, 2, 3, 1, 2, 3, 1, 2, 3];
  const looksAt =
    (...seconds: number[]) =>
    (from: number) =>
      seconds[from / 3]!;
  expect(keptBeforeRestart(tokens, looksAt(0, 0.5, 1))).toBeUndefined();
  expect(keptBeforeRestart(tokens, looksAt(0, 0.5, 0.5))).toBe(6);
});
