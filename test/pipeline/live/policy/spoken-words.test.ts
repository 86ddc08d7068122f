import { expect, test } from "vitest";
import { spokenWords } from "../../../../src/pipeline/live/policy/spoken-words.js";
import { wordsOf } from "./hear.js";

test.each([
  ["signs stand at the word before them", ["I", ",", "well", "..."], ["I,", "well..."]],
  ["opening signs at the word behind", [" ¿", "qué", "?"], [" ¿qué?"]],
  ["a sign that begins nothing is left out", ["so", " “"], ["so"]],
  ["a sign without a word before it", ["-", "so"], ["-so"]],
])("%s", (_, parts, joined) => {
  const [like] = wordsOf("x");
  const words = parts.map((word, i) => ({ ...like!, word, tokens: [i], startSeconds: i }));
  expect(spokenWords(words).map(({ word }) => word)).toEqual(joined);
});

test("tokens move with their signs, times stay", () => {
  const [first, comma] = wordsOf("yes ,");
  expect(spokenWords([first!, { ...comma!, word: "," }])).toEqual([
    { ...first, word: " yes,", tokens: [0, 1] },
  ]);
});
