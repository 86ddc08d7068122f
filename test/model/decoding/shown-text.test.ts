import { describe, expect, test } from "vitest";
import { follow, START_OF_SHOWN } from "../../../src/model/decoding/shown-text.js";

const END = 100;
const TIMESTAMP = 150;
const SHOWN = { tokens: [1, 2, 3, 4, 5], departureCost: 0.5 };

describe("what a hypothesis pays for other words than those shown", () => {
  check("the same text", [1, 2, 3, 4, 5], 0);
  check("the same text and more", [1, 2, 3, 4, 5, 6, 7, END], 0);
  check("the beginning, so far", [1, 2], 0);
  check("timestamps are no words", [TIMESTAMP, 1, 2, TIMESTAMP, TIMESTAMP, 3, 4, 5], 0);
  check("another word", [1, 2, 9, 4, 5], 0.5);
  check("several other words in one place", [1, 9, 8, 7, 4, 5], 0.5);
  check("other words in two places", [1, 9, 3, 9, 5], 1);
  check("a word left out", [1, 2, 4, 5], 0.5);
  check("a word put in", [1, 2, 9, 3, 4, 5], 0.5);
  check("an end too early", [1, 2, 3, END], 0.5);
  check("other words, then an end", [1, 2, 9, END], 0.5);
  check("nothing at all", [END], 1);
  check("as many other words, then an end", [9, 8, 7, 9, 8, END], 0.5);

  function check(name: string, tokens: readonly number[], cost: number) {
    test(name, () => expect(costOf(tokens)).toBe(cost));
  }
});

test("a word that is far ahead in the shown text is another word", () => {
  const tokens = Array.from({ length: 40 }, (_, i) => i);
  const shown = { tokens, departureCost: 1 };
  // Were it found there, what was left out in between would be free.
  const lost = follow(shown, START_OF_SHOWN, 30, END);
  expect(lost).toEqual({ next: 0, isLost: true, ownTokens: 1, cost: 1 });
  expect(follow(shown, lost, 0, END)).toEqual({ next: 1, isLost: false, ownTokens: 0, cost: 1 });
});

test("the more of the shown text is missing at the end, the more it costs", () => {
  const tokens = Array.from({ length: 40 }, (_, i) => i);
  const shown = { tokens, departureCost: 1 };
  const costOfEnd = (said: number) => follow(shown, { ...START_OF_SHOWN, next: said }, END, END).cost;
  expect([39, 36, 32, 20, 0].map(costOfEnd)).toEqual([1, 2, 3, 6, 11]);
});

test("without shown text nothing costs", () => {
  const shown = { tokens: [], departureCost: 1 };
  expect(follow(shown, START_OF_SHOWN, 7, END)).toEqual(START_OF_SHOWN);
  expect(follow(shown, START_OF_SHOWN, END, END)).toEqual(START_OF_SHOWN);
});

function costOf(tokens: readonly number[]): number {
  return tokens.reduce((place, token) => follow(SHOWN, place, token, END), START_OF_SHOWN).cost;
}
