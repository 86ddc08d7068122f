import { describe, expect, test } from "vitest";
import { repetitionAtEnd, repetitionsIn } from "../../../src/model/decoding/repetition.js";

describe("a repetition at the end", () => {
  check("three of one token", [7, 1, 1, 1], { start: 1, period: 1, copies: 3 });
  check("two are none", [7, 1, 1], undefined);
  check("three of two tokens, from the start on", [1, 2, 1, 2, 1, 2], { start: 0, period: 2, copies: 3 });
  check("the shortest period counts", [1, 1, 1, 1, 1, 1], { start: 0, period: 1, copies: 6 });
  check("half a copy in front is not counted", [2, 1, 2, 1, 2, 1, 2], { start: 1, period: 2, copies: 3 });
  check("it is over", [1, 1, 1, 2], undefined);
  check("nothing", [], undefined);
  check("long copies", [9, ...[1, 2, 3, 4, 5], ...[1, 2, 3, 4, 5], ...[1, 2, 3, 4, 5]], {
    start: 1,
    period: 5,
    copies: 3,
  });

  function check(name: string, tokens: readonly number[], found: object | undefined) {
    test(name, () => expect(repetitionAtEnd(tokens)).toEqual(found));
  }
});

test("all repetitions, wherever they stand", () => {
  const tokens = [5, 1, 1, 1, 1, 6, 2, 3, 2, 3, 2, 3, 2];
  expect(repetitionsIn(tokens)).toEqual([
    { start: 1, period: 1, copies: 4 },
    { start: 6, period: 2, copies: 3 },
  ]);
  expect(repetitionsIn([1, 2, 3, 1, 2, 3])).toEqual([]);
});
