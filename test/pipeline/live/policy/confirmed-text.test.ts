import { expect, test } from "vitest";
import { ConfirmedText } from "../../../../src/pipeline/live/policy/confirmed-text.js";
import { wordsOf } from "./hear.js";

test.each([
  ["nothing is confirmed", "", "the cat sat", "the cat sat"],
  ["the same again", "the cat", "the cat sat", "sat"],
  ["a word is heard otherwise", "the cat", "the hat sat", "sat"],
  ["a word was one too many", "the fat cat", "the cat sat down", "sat down"],
  ["one word is repeated by the speaker", "no no", "no no no stop", "no stop"],
  ["all is heard otherwise: time decides", "one two three", "a b c four five", "four five"],
  ["less is heard than confirmed", "the cat sat", "the cat", ""],
  ["nothing is heard", "the cat", "", ""],
])("%s", (_, before, now, after) => {
  const confirmed = new ConfirmedText();
  confirmed.add(wordsOf(before));
  expect(confirmed.wordsAfter(wordsOf(now)).map(({ word }) => word.trim())).toEqual(
    after.split(" ").filter((word) => word !== ""),
  );
});

test("a word was missing that now is heard in the same time", () => {
  const confirmed = new ConfirmedText();
  confirmed.add(wordsOf("the cat"));
  const ends = [0.3, 0.6, 1, 1.5];
  const now = wordsOf("the fat cat sat").map((word, i) => ({ ...word, endSeconds: ends[i]! }));
  expect(confirmed.wordsAfter(now).map(({ word }) => word)).toEqual([" sat"]);
});
