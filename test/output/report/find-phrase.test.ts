import { expect, test } from "vitest";
import { findPhrase } from "../../../src/output/report/page/find-phrase.js";
import { lastAtOrBefore } from "../../../src/output/report/page/last-before.js";

const WORDS = ["We", "ship", "on", "Friday,", "on", "Fridays", "only."];

test.each([
  [
    "friday",
    [
      [3, 4],
      [5, 6],
    ],
  ],
  [
    "ON  fri",
    [
      [2, 4],
      [4, 6],
    ],
  ],
  ["ship", [[1, 2]]],
  ["e shi", [[0, 2]]],
  ["only.", [[6, 7]]],
  ["monday", []],
  ["   ", []],
])('"%s" is found in these words', (phrase, expected) => {
  expect(findPhrase(WORDS, phrase)).toEqual(expected);
});

test("accents do not count, and a script without spaces has none between its words", () => {
  expect(findPhrase(["Grüße", "aus", "Málaga"], "gruße aus malaga")).toEqual([[0, 3]]);
  expect(findPhrase(["客観", "的", "実在"], "的実")).toEqual([[1, 3]]);
});

test("the last that begins at a time or before", () => {
  const things = [1, 2, 2, 5].map((startSeconds) => ({ startSeconds }));
  expect([0, 1, 1.5, 2, 4.9, 5, 9].map((at) => lastAtOrBefore(things, at))).toEqual([-1, 0, 0, 2, 2, 3, 3]);
});
