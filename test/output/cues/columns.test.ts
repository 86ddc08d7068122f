import { expect, test } from "vitest";
import { columnsOf, slicesOf } from "../../../src/output/cues/columns.js";

test.each([
  ["", 0],
  ["Hello, world.", 13],
  ["été e\u0301te\u0301", 7],
  ["真理", 4],
  ["ｶﾅ", 2],
  ["カナ。！", 8],
  ["한국어", 6],
  ["👩‍👩‍👧‍👦👍🏽🇩🇪", 6],
  ["ผู้", 1],
  ["مرحبا", 5],
  ["a\u200bb", 2],
])("%s takes %d columns", (text, columns) => expect(columnsOf(text)).toBe(columns));

test("slices are as wide as they may be, and no wider", () => {
  expect(slicesOf("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
  expect(slicesOf("真理と知識", 5)).toEqual(["真理", "と知", "識"]);
  expect(slicesOf("e\u0301e\u0301e\u0301", 2)).toEqual(["e\u0301e\u0301", "e\u0301"]);
});
