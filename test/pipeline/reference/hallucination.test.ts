/** The rules of openai/whisper transcribe.py:316-472, one case each. */
import { describe, expect, test } from "vitest";
import {
  isAnomalous,
  lastEndSeconds,
  seekByWords,
  withoutHallucinations,
  wordAnomaly,
} from "../../../src/pipeline/reference/hallucination.js";
import type { Word } from "../../../src/transcript.js";

const SPAN = {
  seekFrames: 3000,
  windowFrames: 3000,
  nextSeekFrames: 5500,
  endsWithOneTimestamp: false,
  lastSpeechSeconds: 29,
  contentFrames: 20_000,
};

describe("how odd a word is", () => {
  test.each([
    ["an ordinary one", word("a", 1, 1.4, 0.9), 0],
    ["an unlikely one", word("a", 1, 1.4, 0.14), 1],
    ["a very short one", word("a", 1, 1.033, 0.9), 1.5],
    ["a very long one", word("a", 1, 4.5, 0.9), 1.5],
    ["unlikely and long", word("a", 1, 4.5, 0.1), 2.5],
  ])("%s", (_, one, score) => {
    expect(wordAnomaly(one)).toBeCloseTo(score, 6);
  });
});

describe("a segment is odd", () => {
  const odd = word("a", 1, 1.3, 0.1);
  const fine = word("a", 1, 1.3, 0.9);
  test.each([
    ["no words: no", [], false],
    ["all words odd: yes", [odd, odd], true],
    ["three points: yes", [odd, odd, odd, fine, fine, fine], true],
    ["two odd ones of four: no", [odd, odd, fine, fine], false],
    ["what comes after eight words does not count", [...Array(8).fill(fine), odd, odd, odd], false],
    ["punctuation does not count", [odd, word(".", 1, 1.3, 0.9), word(",", 1, 1.3, 0.9)], true],
  ])("%s", (_, words, expected) => {
    expect(isAnomalous({ words })).toBe(expected);
  });

  test("none at all: no", () => expect(isAnomalous(undefined)).toBe(false));
});

describe("the next window begins", () => {
  test("at the last word's end", () => {
    expect(seekByWords([segment(31, 40, 0.9)], SPAN)).toBe(4000);
  });
  test("where the timestamps say, after a single one", () => {
    expect(seekByWords([segment(31, 40, 0.9)], { ...SPAN, endsWithOneTimestamp: true })).toBe(5500);
  });
  test("where the timestamps say, without segments", () => {
    expect(lastEndSeconds([])).toBeUndefined();
    expect(seekByWords([], SPAN)).toBe(5500);
  });
  test("at the segment's end where it has no words", () => {
    expect(seekByWords([{ startSeconds: 31, endSeconds: 44, words: [] }], SPAN)).toBe(4400);
  });
});

describe("with a threshold of silence", () => {
  const THRESHOLD = 2;

  test("good text stays, and a long silence behind it is skipped", () => {
    const segments = [segment(30.5, 40, 0.9)];
    expect(withoutHallucinations(segments, SPAN, THRESHOLD)).toEqual({ segments, nextSeekFrames: 4000 });
  });

  test("a short silence behind it is not worth a window", () => {
    const segments = [segment(30.5, 59, 0.9)];
    expect(withoutHallucinations(segments, SPAN, THRESHOLD)).toEqual({ segments, nextSeekFrames: 6000 });
  });

  test("odd text after leading silence: nothing counts, the silence is skipped", () => {
    const { segments, nextSeekFrames } = withoutHallucinations([segment(35, 36, 0.1)], SPAN, THRESHOLD);
    expect(segments).toBeUndefined();
    expect(nextSeekFrames).toBe(3500);
  });

  test("odd text between silences goes with all that follows, and is decoded again from its start", () => {
    const good = segment(30.5, 34, 0.9);
    const odd = segment(40, 41, 0.1);
    const late = segment(50, 51, 0.9);
    const verdict = withoutHallucinations([good, odd, late], SPAN, THRESHOLD);
    expect(verdict).toEqual({ segments: [good], nextSeekFrames: 4000 });
  });

  test("odd text amid speech stays", () => {
    const segments = [segment(30.5, 34, 0.9), segment(34.2, 35, 0.1), segment(35.2, 40, 0.9)];
    expect(withoutHallucinations(segments, SPAN, THRESHOLD).segments).toEqual(segments);
  });

  test("odd text at the very end ends it all", () => {
    const good = segment(30.5, 34, 0.9);
    const odd = segment(58, 59, 0.1);
    const span = { ...SPAN, contentFrames: 6000 };
    expect(withoutHallucinations([good, odd], span, THRESHOLD)).toEqual({
      segments: [good],
      nextSeekFrames: 6000,
    });
  });
});

/** Three words of the same probability. */
function segment(startSeconds: number, endSeconds: number, probability: number) {
  const third = (endSeconds - startSeconds) / 3;
  const words = [0, 1, 2].map((i) => {
    const start = startSeconds + i * third;
    return word(" a", start, i === 2 ? endSeconds : Math.min(start + 0.5, start + third), probability);
  });
  // Only the probability makes a word odd here.
  words[2] = { ...words[2]!, startSeconds: Math.max(words[2]!.startSeconds, endSeconds - 0.5) };
  return { startSeconds, endSeconds, words };
}

function word(text: string, startSeconds: number, endSeconds: number, probability: number): Word {
  return { word: text, startSeconds, endSeconds, probability };
}
