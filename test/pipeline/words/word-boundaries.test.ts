import { describe, expect, test } from "vitest";
import type { Pause } from "../../../src/dsp/pauses.js";
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import { refineBoundaries } from "../../../src/pipeline/words/word-boundaries.js";

const LEAD = 0.28;

type Times = [word: string, startSeconds: number, endSeconds: number];

describe("fluent speech", () => {
  test("attention that is ahead of each word's end by its share is undone", () => {
    // Words as long as their letters make them; attention moves on when 28 % of each are still to come.
    const truth: Times[] = [];
    for (const word of [" we", " always", " considered", " it", " carefully", " enough"]) {
      const start = truth.at(-1)?.[2] ?? 0.5;
      truth.push([word, start, start + 0.06 + 0.055 * (word.length - 1)]);
    }
    const seen = truth.map(([word, start, end], i): Times => {
      const previous = truth[i - 1];
      return [word, previous === undefined ? start : ahead(previous), ahead([word, start, end])];
    });
    const refined = run(seen, [], 400);
    for (const [i, [, start, end]] of truth.entries()) {
      // The first start is known to nobody, and the words share its error.
      if (i > 0) expect(refined[i]![1]).toBeCloseTo(start, 1);
      expect(Math.abs(refined[i]![2] - end)).toBeLessThan(0.035);
      expect(Math.abs(seen[i]![2] - end)).toBeGreaterThan(0.035);
    }
  });

  test("words follow one another without gaps", () => {
    const refined = run(
      [
        [" one", 0.5, 0.7],
        [" two", 0.7, 0.9],
        [" three", 0.9, 1.3],
      ],
      [],
      200,
    );
    expect(refined[1]![1]).toBe(refined[0]![2]);
    expect(refined[2]![1]).toBe(refined[1]![2]);
  });
});

describe("pauses", () => {
  test("a word that took the pause before it begins behind it", () => {
    const refined = run(
      [
        [" one", 0.2, 0.5],
        [" two", 0.5, 2.1],
        [" three", 2.1, 2.5],
      ],
      [{ startFrame: 60, endFrame: 180 }],
      300,
    );
    expect(refined[0]![2]).toBe(0.6);
    expect(refined[1]![1]).toBe(1.8);
  });

  test("a word that took the pause behind it ends before it", () => {
    const refined = run(
      [
        [" one", 0.2, 0.5],
        [" two", 0.5, 1.9],
        [" three", 1.9, 2.2],
      ],
      [{ startFrame: 90, endFrame: 195 }],
      300,
    );
    expect(refined[1]![2]).toBe(0.9);
    expect(refined[2]![1]).toBe(1.95);
  });

  test("the first word begins with the voice, the last ends with it", () => {
    const refined = run(
      [
        [" hello", 0, 0.9],
        [" there", 0.9, 2.8],
      ],
      [
        { startFrame: 0, endFrame: 50 },
        { startFrame: 130, endFrame: 300 },
      ],
      300,
    );
    expect(refined[0]![1]).toBe(0.5);
    expect(refined[1]![2]).toBe(1.3);
  });

  test("the pause that a full stop took lies between the words", () => {
    const refined = run(
      [
        [" done.", 0.2, 0.5],
        [" Next", 1.6, 2],
      ],
      [{ startFrame: 60, endFrame: 165 }],
      300,
    );
    expect(refined).toEqual([
      [" done.", expect.any(Number), 0.6],
      [" Next", 1.65, expect.any(Number)],
    ]);
  });
});

describe("whatever comes in", () => {
  test("words come out in order, without overlap, inside the audio", () => {
    const random = seededRandom(11);
    for (let round = 0; round < 100; round++) {
      const frameCount = 100 + Math.floor(random() * 2900);
      const words: Times[] = [];
      let at = 0;
      while (at < frameCount / 100 - 0.1 && words.length < 200) {
        const start = at + (random() < 0.2 ? random() * 3 : 0);
        const end = Math.min(frameCount / 100, start + random() ** 3);
        if (start >= end) break;
        words.push([` ${"x".repeat(Math.floor(random() * 12))}`, start, end]);
        at = end;
      }
      const pauses = pausesIn(frameCount, random);
      const refined = run(words, pauses, frameCount);
      expect(refined.map(([word]) => word)).toEqual(words.map(([word]) => word));
      let before = 0;
      for (const [, start, end] of refined) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(frameCount / 100 + 1e-9);
        before = end;
      }
    }
  });

  test("more words than fit stay as they are", () => {
    const words = Array.from({ length: 60 }, (): Times => [" word", 0.3, 0.3]);
    expect(run(words, [], 100)).toEqual(words);
  });

  test("no words", () => expect(run([], [], 100)).toEqual([]));

  test("what words have besides stays", () => {
    const word = { word: " a", startSeconds: 0.2, endSeconds: 0.4, probability: 0.7 };
    expect(refineBoundaries([word], [], 100, LEAD)[0]).toMatchObject({ word: " a", probability: 0.7 });
  });
});

function ahead([, start, end]: Times): number {
  return end - LEAD * (end - start);
}

function run(words: Times[], pauses: Pause[], frameCount: number): Times[] {
  const timed = words.map(([word, startSeconds, endSeconds]) => ({ word, startSeconds, endSeconds }));
  return refineBoundaries(timed, pauses, frameCount, LEAD).map(({ word, startSeconds, endSeconds }) => [
    word,
    startSeconds,
    endSeconds,
  ]);
}

function pausesIn(frameCount: number, random: () => number): Pause[] {
  const pauses: Pause[] = [];
  for (let at = 0; at < frameCount; ) {
    const startFrame = at + Math.floor(random() * 200);
    const endFrame = Math.min(frameCount, startFrame + 10 + Math.floor(random() * 150));
    if (endFrame - startFrame >= 10) pauses.push({ startFrame, endFrame });
    at = endFrame + 1;
  }
  return pauses;
}
