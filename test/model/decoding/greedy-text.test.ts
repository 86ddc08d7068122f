import { describe, expect, test } from "vitest";
import { choiceSize, GreedyText } from "../../../src/model/decoding/greedy-text.js";

const END = 100;
const BLANK = 22;
const NO_LOGPROB = Number.NaN;

describe("what comes next", () => {
  test("the most probable token, until the end is", () => {
    const text = textOf();
    expect(text.take({ tokens: [7, 8], logprobs: [-0.1, -3] }, NO_LOGPROB)).toBe(7);
    expect(text.take({ tokens: [8, END], logprobs: [-0.5, -1] }, NO_LOGPROB)).toBe(8);
    expect(text.isDone).toBe(false);
    expect(text.take({ tokens: [END, 9], logprobs: [-0.2, -2] }, NO_LOGPROB)).toBeUndefined();
    expect(text.isDone).toBe(true);
    expect(text.tokens).toEqual([7, 8]);
    expect(text.logprobs).toEqual([-0.1, -0.5]);
    expect(text.avgLogprob).toBeCloseTo(-0.8 / 3, 6);
    expect(text.smallestMargin).toBeCloseTo(0.5, 6);
  });

  test("at first neither a blank nor the end: their probability is the others'", () => {
    const text = textOf();
    const choice = {
      tokens: [END, 7, BLANK, 8],
      logprobs: [0.4, 0.3, 0.1, 0.05].map(Math.log),
    };
    expect(choice.tokens).toHaveLength(choiceSize([BLANK]));
    expect(text.take(choice, NO_LOGPROB)).toBe(7);
    expect(Math.exp(text.logprobs[0]!)).toBeCloseTo(0.6, 6);
    expect(text.smallestMargin).toBeCloseTo(Math.log(0.3 / 0.05), 6);
  });

  test("the prefix, whatever would be chosen; behind it all may end", () => {
    const text = textOf({ prefix: [5, 6] });
    const choice = { tokens: [END, 9], logprobs: [-0.1, -0.1] };
    expect([text.take(choice, -4), text.take(choice, -5)]).toEqual([5, 6]);
    expect(text.smallestMargin).toBe(Number.POSITIVE_INFINITY);
    expect(text.take(choice, NO_LOGPROB)).toBeUndefined();
    expect(text.tokens).toEqual([5, 6]);
    expect(text.logprobs).toEqual([-4, -5]);
    // The prefix was not chosen, and says nothing of how sure the choice is.
    expect(text.avgLogprob).toBeCloseTo(-0.1, 6);
  });

  test("nothing beyond the most tokens", () => {
    const text = textOf({ maxTokens: 1 });
    const choice = { tokens: [7, 8], logprobs: [-0.1, -3] };
    expect([text.take(choice, NO_LOGPROB), text.take(choice, NO_LOGPROB)]).toEqual([7, undefined]);
    expect(text.isDone).toBe(true);
  });
});

test("a cut leaves the prefix whole", () => {
  const text = textOf({ prefix: [5, 6] });
  for (const token of [5, 6, 7]) text.take({ tokens: [token, 8], logprobs: [-0.1, -3] }, -1);
  text.cut(1);
  expect(text).toMatchObject({ tokens: [5, 6], logprobs: [-1, -1], isCut: true, isDone: true });
});

function textOf(options: { prefix?: readonly number[]; maxTokens?: number } = {}): GreedyText {
  return new GreedyText({ prefix: [], maxTokens: 50, endToken: END, blankTokens: [BLANK], ...options });
}
