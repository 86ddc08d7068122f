import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import { alignWords, attendedWords } from "../../../src/model/timing/alignment.js";
import { attentionMatrix } from "../../../src/model/timing/attention-matrix.js";

const START_LENGTH = 3;
const HEADS = 2;
const FRAMES = 100;
const WORDS = [
  { word: " a", tokens: [1] },
  { word: " bc", tokens: [2, 3] },
  { word: " d", tokens: [4] },
];
/** Frame at which each text token, and at last the end token, begins. */
const BEGINS = [0, 20, 30, 44, 60];
const PROBABILITIES = [0.9, 0.5, 0.7, 0.25];

describe("words", () => {
  test("begin where the rows of their first tokens do, in frames of 20 ms", () => {
    const words = alignWords({
      attention: staircase(),
      startLength: START_LENGTH,
      melFrames: 160,
      words: WORDS,
      probabilities: PROBABILITIES,
    });
    expect(words).toEqual([
      { word: " a", tokens: [1], startSeconds: 0, endSeconds: 0.4, probability: 0.9 },
      { word: " bc", tokens: [2, 3], startSeconds: 0.4, endSeconds: 0.88, probability: 0.6 },
      { word: " d", tokens: [4], startSeconds: 0.88, endSeconds: 1.2, probability: 0.25 },
    ]);
  });

  test("and where their last token is chosen, which needs no row of the end", () => {
    const { scores, tokens } = staircase();
    const withoutEnd = Array.from({ length: HEADS }, (_, head) =>
      Array.from(scores.subarray(head * tokens * FRAMES, (head * tokens + tokens - 1) * FRAMES)),
    );
    const words = attendedWords({
      attention: {
        scores: Float32Array.from(withoutEnd.flat()),
        heads: HEADS,
        tokens: tokens - 1,
        frames: FRAMES,
      },
      startLength: START_LENGTH,
      melFrames: 160,
      words: WORDS,
      probabilities: PROBABILITIES,
    });
    expect(words.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual([
      [0, 0.4],
      [0.4, 0.88],
      [0.88, 1.2],
    ]);
    for (const [i, last] of [0, 2, 3].entries()) {
      expect(words[i]!.attendedSeconds * 50).toBeGreaterThanOrEqual(BEGINS[last]!);
      expect(words[i]!.attendedSeconds * 50).toBeLessThan(BEGINS[last + 1]!);
    }
  });

  test("no word, no times", () => {
    const attention = {
      scores: new Float32Array(HEADS * 5 * FRAMES),
      heads: HEADS,
      tokens: 5,
      frames: FRAMES,
    };
    const input = { attention, startLength: START_LENGTH, melFrames: 160, words: [], probabilities: [] };
    expect(alignWords(input)).toEqual([]);
  });

  test("scores of another number of tokens are refused", () => {
    const input = {
      attention: staircase(),
      startLength: 1,
      melFrames: 160,
      words: WORDS,
      probabilities: PROBABILITIES,
    };
    expect(() => alignWords(input)).toThrow(RangeError);
  });

  test("a window of less than a frame", () => {
    const words = alignWords({
      attention: staircase(),
      startLength: START_LENGTH,
      melFrames: 1,
      words: WORDS,
      probabilities: PROBABILITIES,
    });
    expect(words.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });
});

describe("the matrix", () => {
  test("is the mean of standardised and smoothed softmax rows", () => {
    const heads = 2;
    const tokens = 5;
    const frames = 12;
    const used = 9;
    const random = seededRandom(3);
    const scores = Float32Array.from({ length: heads * tokens * frames }, () => random() * 6 - 3);
    const matrix = attentionMatrix({ scores, heads, tokens, frames }, used, 1, 4);

    // Step by step, in plain arrays.
    const smoothed = Array.from({ length: heads }, (_, head) => {
      const weights = Array.from({ length: tokens }, (_, token) => {
        const row = [
          ...scores.subarray((head * tokens + token) * frames, (head * tokens + token) * frames + used),
        ];
        const powers = row.map(Math.exp);
        const sum = powers.reduce((a, b) => a + b);
        return powers.map((power) => power / sum);
      });
      return weights.map((row) => {
        const standard = row.map((weight, frame) => {
          const column = weights.map((other) => other[frame]!);
          const mean = column.reduce((a, b) => a + b) / tokens;
          const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tokens;
          return (weight - mean) / Math.sqrt(variance);
        });
        const at = (i: number) => standard[i < 0 ? -i : i >= used ? 2 * (used - 1) - i : i]!;
        return standard.map(
          (_, i) => [-3, -2, -1, 0, 1, 2, 3].map((step) => at(i + step)).sort((a, b) => a - b)[3]!,
        );
      });
    });
    for (let row = 0; row < 3; row++) {
      for (let frame = 0; frame < used; frame++) {
        const expected = (smoothed[0]![row + 1]![frame]! + smoothed[1]![row + 1]![frame]!) / 2;
        expect(matrix[row * used + frame]).toBeCloseTo(expected, 4);
      }
    }
  });

  test("what lies behind the audio counts nowhere", () => {
    const attention = staircase();
    const changed = attention.scores.map((score, i) => (i % FRAMES >= 80 ? 50 : score));
    expect(attentionMatrix({ ...attention, scores: changed }, 80, 0, 8)).toEqual(
      attentionMatrix(attention, 80, 0, 8),
    );
  });

  test("a frame at which all tokens look alike is 0", () => {
    const attention = { scores: new Float32Array(2 * 3 * 10).fill(1), heads: 2, tokens: 3, frames: 10 };
    expect([...attentionMatrix(attention, 10, 0, 3)]).toEqual(new Array(30).fill(0));
  });

  test("scores of another shape are refused", () => {
    const attention = { scores: new Float32Array(5), heads: 1, tokens: 2, frames: 3 };
    expect(() => attentionMatrix(attention, 3, 0, 2)).toThrow(RangeError);
  });
});

/** `start sequence, no timestamps, 1 2 3 4, end`: the row before each text token looks where that token is said. */
function staircase() {
  const tokens = START_LENGTH + 1 + PROBABILITIES.length + 1;
  const scores = new Float32Array(HEADS * tokens * FRAMES);
  for (let head = 0; head < HEADS; head++) {
    for (let i = 0; i < BEGINS.length; i++) {
      const row = (head * tokens + START_LENGTH + i) * FRAMES;
      scores.fill(8, row + BEGINS[i]!, row + (BEGINS[i + 1] ?? 80));
    }
  }
  return { scores, heads: HEADS, tokens, frames: FRAMES };
}
