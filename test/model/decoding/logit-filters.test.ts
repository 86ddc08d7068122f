import { describe, expect, test } from "vitest";
import { FORBIDDEN } from "../../../src/model/choice-graph.js";
import {
  filterLogits,
  logSumExp,
  probabilityOf,
  sampleToken,
} from "../../../src/model/decoding/logit-filters.js";
import { seededRandom } from "../../../src/model/decoding/sampling.js";

/** 3 text tokens, the end and another special token, 4 timestamps. */
const LAYOUT = { endToken: 3, firstTimestampToken: 5 };
const ALL = { textAllowed: true, specialAllowed: true, timestampLow: 0, timestampHigh: 1500 };
const NO_MASK = new Float32Array(9);

describe("which tokens are left", () => {
  const even = [1, 1, 1, 1, 1, -9, -9, -9, -9];
  check("all", even, ALL, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  check("no text", even, { ...ALL, textAllowed: false }, [3, 4, 5, 6, 7, 8]);
  check("no special ones", even, { ...ALL, specialAllowed: false }, [0, 1, 2, 5, 6, 7, 8]);
  check("some timestamps", even, { ...ALL, timestampLow: 1, timestampHigh: 2 }, [0, 1, 2, 3, 4, 6, 7]);
  check("no timestamp", even, { ...ALL, timestampLow: 1, timestampHigh: 0 }, [0, 1, 2, 3, 4]);
  // log(4 · e^0) = 1.386
  check("timestamps together above the best text", [1.38, 0, 0, 0, 0, 0, 0, 0, 0], ALL, [5, 6, 7, 8]);
  check(
    "timestamps together below the best text",
    [1.39, 0, 0, 0, 0, 0, 0, 0, 0],
    ALL,
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
  check(
    "a special token counts as text there",
    [0, 0, 0, 0, 1.39, 0, 0, 0, 0],
    ALL,
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
  check(
    "timestamps that are not allowed do not count",
    [1, 0, 0, 0, 0, 0, 9, 9, 9],
    { ...ALL, timestampHigh: 0 },
    [0, 1, 2, 3, 4, 5],
  );

  function check(name: string, logits: readonly number[], constraint: typeof ALL, left: readonly number[]) {
    test(name, () => {
      const filtered = Float32Array.from(logits);
      const logSum = filterLogits(filtered, NO_MASK, constraint, LAYOUT);
      expect([...filtered.keys()].filter((token) => filtered[token]! > FORBIDDEN / 2)).toEqual(left);
      expect(logSum).toBeCloseTo(Math.log(left.reduce((sum, token) => sum + Math.exp(logits[token]!), 0)), 5);
    });
  }
});

test("a masked token is gone, and does not count as text either", () => {
  const mask = NO_MASK.with(0, FORBIDDEN);
  const logits = Float32Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0);
  filterLogits(logits, mask, ALL, LAYOUT);
  expect([...logits.keys()].filter((token) => logits[token]! > FORBIDDEN / 2)).toEqual([5, 6, 7, 8]);
});

describe("log of a sum of exponentials, and one token's share", () => {
  test("neither overflows", () => {
    expect(logSumExp(Float32Array.of(1000, 1000))).toBeCloseTo(1000 + Math.LN2, 3);
    expect(logSumExp(Float32Array.of(-1000, -1001))).toBeCloseTo(-1000 + Math.log(1 + Math.exp(-1)), 3);
    expect(logSumExp(Float32Array.of(2, FORBIDDEN))).toBe(2);
    expect(probabilityOf(1, Float32Array.of(500, 500, 500, 500))).toBeCloseTo(0.25, 6);
  });
});

describe("sampling", () => {
  const logits = Float32Array.of(2, 1, FORBIDDEN, 0, -1);
  const logSum = logSumExp(logits);

  test.each([0.2, 0.6, 1])(
    "at temperature %d as often as softmax(logits / temperature) says",
    (temperature) => {
      const draws = 20_000;
      const random = seededRandom(1);
      const counts = new Array<number>(logits.length).fill(0);
      for (let i = 0; i < draws; i++) counts[sampleToken(logits, logSum, temperature, random).tokens[0]!]!++;
      const weights = Array.from(logits, (logit) => Math.exp(logit / temperature));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [token, weight] of weights.entries()) {
        const share = weight / total;
        const deviation = Math.sqrt(draws * share * (1 - share));
        expect(Math.abs(counts[token]! - draws * share)).toBeLessThanOrEqual(4 * deviation);
      }
    },
  );

  test.each([
    [0, 0],
    [1 - 2 ** -32, 4],
  ])("a random number of %d takes a token that is allowed", (number, token) => {
    expect(sampleToken(logits, logSum, 1, () => number).tokens).toEqual([token]);
  });

  test("the log-probability is that of the unscaled logits", () => {
    const { tokens, logprobs } = sampleToken(logits, logSum, 0.2, () => 0);
    expect(tokens).toEqual([0]);
    expect(logprobs[0]).toBeCloseTo(2 - logSum, 6);
  });

  test("the same seed draws the same, another differently", () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 50 }, () => sampleToken(logits, logSum, 1, random).tokens[0]);
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });
});
