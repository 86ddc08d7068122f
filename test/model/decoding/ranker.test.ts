import { describe, expect, test } from "vitest";
import { bestCandidate } from "../../../src/model/decoding/ranker.js";

describe("the best of several", () => {
  // Means: -1, -0.8, -0.9.
  const candidates: readonly [number, number][] = [
    [2, -2],
    [5, -4],
    [10, -9],
  ];
  check("by mean log-probability", candidates, undefined, 1);
  check("length penalty 0: by the sum", candidates, 0, 0);
  // Sums over ((5 + length) / 6): -1.71, -2.4, -3.6.
  check("length penalty 1", candidates, 1, 0);
  // Means say -1.0 and -0.99; by ((5 + n) / 6) the short one wins.
  check(
    "a penalty prefers the short",
    [
      [100, -99],
      [2, -2],
    ],
    1,
    1,
  );
  check(
    "no penalty prefers the long",
    [
      [100, -99],
      [2, -2],
    ],
    undefined,
    0,
  );
  check(
    "the first wins a tie",
    [
      [4, -2],
      [2, -1],
      [6, -3],
    ],
    undefined,
    0,
  );
  check("only one", [[3, -30]], undefined, 0);
  check(
    "impossible ones lose",
    [
      [3, Number.NEGATIVE_INFINITY],
      [3, -100],
    ],
    undefined,
    1,
  );
  check(
    "all impossible: the first",
    [
      [3, Number.NEGATIVE_INFINITY],
      [4, Number.NEGATIVE_INFINITY],
    ],
    undefined,
    0,
  );
  check(
    "no token at all",
    [
      [0, -5],
      [1, -2],
    ],
    undefined,
    1,
  );

  function check(
    name: string,
    lengthsAndSums: readonly (readonly [number, number])[],
    penalty: number | undefined,
    best: number,
  ) {
    test(name, () => {
      const all = lengthsAndSums.map(([length, sumLogprob]) => ({
        tokens: new Array<number>(length).fill(1),
        sumLogprob,
      }));
      expect(all.indexOf(bestCandidate(all, penalty))).toBe(best);
    });
  }
});
