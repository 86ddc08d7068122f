import { describe, expect, test } from "vitest";
import {
  cutLoop,
  hasRepetition,
  isSuspicious,
  reviewRepetitions,
  spokenCopies,
  tokenCap,
} from "../../../src/model/decoding/loop-guard.js";

const END = 100;
const FIRST_TIMESTAMP = 110;
const LAYOUT = { endToken: END, firstTimestampToken: FIRST_TIMESTAMP };
const at = (seconds: number) => FIRST_TIMESTAMP + Math.round(seconds * 50);
const FRAMES = 1500;

/** Each text token looks at its second of the audio. */
function attentionTo(seconds: readonly number[]) {
  const scores = new Float32Array(seconds.length * FRAMES);
  for (const [row, second] of seconds.entries()) {
    for (let frame = -2; frame <= 2; frame++) scores[row * FRAMES + Math.round(second * 50) + frame] = 12;
  }
  return { attention: { scores, heads: 1, tokens: seconds.length, frames: FRAMES }, firstRow: 0 };
}

describe("copies that were said", () => {
  check("each further on: all of them", [1, 1.5, 2, 2.5], 1, 4);
  check("none after the first", [3, 3, 3], 1, 1);
  check("two, then a loop", [3, 4, 4, 4, 4], 1, 2);
  check("attention may lag behind for a copy or two", [1, 2, 2, 2, 5], 1, 5);
  check("and at the end", [1, 2, 3, 4, 4, 4], 1, 6);
  check("it creeps on in a loop: nobody speaks so fast", [5.8, 5.9, 6, 6.1, 6.15, 6.2, 6.25, 6.3, 6.4], 1, 1);
  check("looking back is no going on", [9, 1, 2, 3], 1, 1);
  check("eleven tokens take longer than one", [1, 1.3, 1.6, 1.9, 2.2], 11, 1);
  check("a quick no, no, no", [1, 1.15, 1.3, 1.45], 1, 4);

  function check(name: string, seconds: readonly number[], period: number, spoken: number) {
    test(name, () => expect(spokenCopies(seconds, period)).toBe(spoken));
  }
});

describe("when a sequence is looked into", () => {
  const repeated = (copies: number) => [at(0), 50, ...new Array<number>(copies).fill(7)];

  test("at the third, sixth and ninth copy, then half as many again", () => {
    const due = Array.from({ length: 60 }, (_, copies) => copies).filter((copies) =>
      isSuspicious(repeated(copies), END),
    );
    expect(due).toEqual([3, 6, 9, 14, 21, 32, 48]);
  });

  test("with a copy's last token, timestamps between the copies or not", () => {
    const copy = [at(0), 1, 2, at(1), at(1)];
    expect(isSuspicious([...copy, ...copy, at(2), 1], END)).toBe(false);
    expect(isSuspicious([...copy, ...copy, at(2), 1, 2], END)).toBe(true);
    expect(isSuspicious([...copy, ...copy, ...copy], END)).toBe(false);
  });
});

describe("a loop is cut", () => {
  test("behind the last copy that was said, with a timestamp", () => {
    const tokens = [at(0), 1, 2, 7, 7, 7, 7, 7];
    const cut = cutLoop(tokens, LAYOUT, attentionTo([1, 2, 3, 4, 4, 4, 4]));
    expect(cut?.tokens.slice(0, -1)).toEqual([at(0), 1, 2, 7, 7]);
    expect(cut?.length).toBe(5);
    expect(cut?.isAllLoop).toBe(false);
    expect(cut?.endSeconds).toBeGreaterThan(3.9);
    expect(cut?.endSeconds).toBeLessThan(4.5);
    expect(cut?.tokens.at(-1)).toBe(at(cut!.endSeconds));
  });

  test("never to a segment without length", () => {
    const cut = cutLoop([at(9), 7, 7, 7], LAYOUT, attentionTo([1, 1, 1]));
    expect(cut?.tokens).toEqual([at(9), 7, at(9) + 1]);
  });

  test("all is loop where it begins the window and was said once at most", () => {
    expect(cutLoop([at(0), 7, 7, 7], LAYOUT, attentionTo([1, 1, 1]))?.isAllLoop).toBe(true);
    expect(cutLoop([at(0), 7, 7, 7, 7, 7], LAYOUT, attentionTo([1, 2, 2, 2, 2]))?.isAllLoop).toBe(false);
  });

  test("a speaker who repeats himself is not", () => {
    expect(cutLoop([at(0), 7, 7, 7], LAYOUT, attentionTo([1, 2, 3]))).toBeUndefined();
    expect(cutLoop([at(0), 7, 8, 9], LAYOUT, attentionTo([1, 1, 1]))).toBeUndefined();
  });
});

describe("a finished sequence", () => {
  test("loses copies that nobody said, in its middle too", () => {
    const tokens = [at(0), 1, 7, 7, 7, 7, 2, at(5)];
    const review = reviewRepetitions(tokens, END, attentionTo([1, 2, 2, 2, 2, 4]));
    const kept = [at(0), 1, 7, 2, at(5)];
    expect(review).toEqual({ tokens: kept, once: kept });
  });

  test("keeps a chant, which is judged as if said once", () => {
    const tokens = [at(0), 7, 7, 7, at(5)];
    expect(hasRepetition(tokens, END)).toBe(true);
    expect(reviewRepetitions(tokens, END, attentionTo([1, 2, 3]))).toEqual({
      tokens,
      once: [at(0), 7, at(5)],
    });
  });

  test("without a repetition there is nothing to look into", () => {
    expect(hasRepetition([at(0), 7, 7, at(1), at(1), 8, 7, at(2)], END)).toBe(false);
  });
});

test("no more tokens than the fastest speech has", () => {
  expect([0.1, 2, 4, 30].map(tokenCap)).toEqual([50, 50, 90, 675]);
});
