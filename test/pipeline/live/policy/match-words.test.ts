import { expect, test } from "vitest";
import { matchWords } from "../../../../src/pipeline/live/policy/match-words.js";

const words = (text: string) => text.split(" ").map((word) => ({ word: ` ${word}` }));

test.each([
  ["case and signs do not count", "Hold on, hold", "hold on Hold.", [0, 1, 2]],
  [
    "another word has no place, and those behind it have",
    "hold fights out",
    "hold fast out",
    [0, undefined, 2],
  ],
  ["a word more on either side moves the others", "in box car now", "in the box car", [0, 2, 3, undefined]],
  ["of two equal words the first has the place", "no no way", "no way", [0, undefined, 1]],
  ["nothing is found in nothing", "so what", "", [undefined, undefined]],
])("%s", (_, given, wanted, places) => {
  expect(matchWords(words(given), words(wanted))).toEqual(places);
});
