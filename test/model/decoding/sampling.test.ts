/** Greedy and sampled sequences: openai/whisper decoding.py:270-298. */
import { describe, expect, test } from "vitest";
import { Sampling } from "../../../src/model/decoding/sampling.js";
import {
  GreedyDecoder,
  type RowChoice,
  type TokenDecoder,
} from "../../../src/model/decoding/token-decoder.js";

const END = 9;

describe("greedy", () => {
  test("takes each choice until the end, whose log-probability counts", () => {
    const decoder = new GreedyDecoder(END);
    expect(decoder.rows).toBe(1);
    advance(decoder, [[3, -0.5]], [[4, -0.25]]);
    expect(decoder.isDone).toBe(false);
    expect(decoder.active).toEqual([{ tokens: [3, 4], sumLogprob: -0.75, sums: [-0.5, -0.75], row: 0 }]);
    advance(decoder, [[END, -1]]);
    expect(decoder.isDone).toBe(true);
    expect(decoder.active).toEqual([]);
    expect(resultsOf(decoder)).toEqual([{ tokens: [3, 4], sumLogprob: -1.75 }]);
  });

  test("cut short, it gives what there is", () => {
    const decoder = new GreedyDecoder(END);
    advance(decoder, [[3, -0.5]]);
    expect(resultsOf(decoder)).toEqual([{ tokens: [3], sumLogprob: -0.5 }]);
  });

  test("the sum is kept in float32", () => {
    const decoder = new GreedyDecoder(END);
    advance(decoder, [[1, Math.fround(-0.1)]], [[1, Math.fround(-0.2)]]);
    const sum = resultsOf(decoder)[0]!.sumLogprob;
    expect(sum).toBe(Math.fround(sum));
    expect(sum).toBeCloseTo(-0.3, 6);
  });
});

describe("sampling", () => {
  test("every sequence goes its own way and ends by itself", () => {
    const decoder = new Sampling(3, END);
    expect(
      advance(decoder, [
        [1, -1],
        [2, -2],
        [3, -3],
      ]),
    ).toEqual([
      { from: 0, to: 1 },
      { from: 0, to: 2 },
    ]);
    expect(
      advance(decoder, [
        [4, -1],
        [END, -0.5],
        [5, -1],
      ]),
    ).toEqual([]);
    expect(decoder.active.map(({ row }) => row)).toEqual([0, 2]);
    // What a row draws after its end says nothing.
    expect(
      advance(decoder, [
        [END, -1],
        [7, -8],
        [6, -1],
      ]),
    ).toEqual([]);
    expect(decoder.isDone).toBe(false);
    advance(decoder, [
      [7, -8],
      [END, -8],
      [END, -1],
    ]);
    expect(decoder.isDone).toBe(true);
    expect(resultsOf(decoder)).toEqual([
      { tokens: [1, 4], sumLogprob: -3 },
      { tokens: [2], sumLogprob: -2.5 },
      { tokens: [3, 5, 6], sumLogprob: -6 },
    ]);
  });

  test("one sequence needs no copy", () => {
    expect(advance(new Sampling(1, END), [[1, -1]])).toEqual([]);
  });
});

/** Each step: token and log-probability of every row. Returns the copies of the last. */
function advance(decoder: TokenDecoder, ...steps: (readonly [number, number])[][]) {
  let copies: ReturnType<TokenDecoder["advance"]> = [];
  for (const step of steps) {
    const choices: RowChoice[] = step.map(([token, logprob]) => ({ tokens: [token], logprobs: [logprob] }));
    copies = decoder.advance(choices);
  }
  return copies;
}

function resultsOf(decoder: TokenDecoder) {
  return decoder.results().map(({ tokens, sumLogprob }) => ({ tokens, sumLogprob }));
}
