import { describe, expect, test } from "vitest";
import type { AlignedWord } from "../../../src/model/timing/aligned-word.js";
import { segmentWords } from "../../../src/pipeline/words/segment-words.js";
import { HOP_SAMPLES } from "../../../src/units.js";

const N_MELS = 80;
const VOICE = -1;
const BACKGROUND = -5;

describe("each segment gets the words of its tokens", () => {
  check("one token a word", [2, 1], [" a", " b", " c"], [[" a", " b"], [" c"]]);
  check("punctuation goes with its word", [3, 2], [" a", ",", " b", " c", "."], [[" a,", " b"], [" c."]]);
  check("punctuation in the next segment, of the last word", [1, 2], [" a", "!", " b"], [[" a!"], [" b"]]);
  check("segments without text tokens", [0, 1, 0, 1, 0], [" a", " b"], [[], [" a"], [], [" b"], []]);
  check("nothing aligned", [1, 1], [], [[], []]);
  check("no segments", [], [], []);

  function check(name: string, counts: number[], words: string[], expected: string[][]): void {
    test(name, () => {
      const alignment = words.map((word, i) => aligned(word, 0.3 + i * 0.3, 0.6 + i * 0.3));
      const given = segmentWords(counts, alignment, audioOf([[300, VOICE]]));
      expect(given.map((segment) => segment.map(({ word }) => word))).toEqual(expected);
    });
  }
});

test("a word keeps its probability, and nothing else of the alignment is left", () => {
  const [words] = segmentWords([1], [aligned(" a", 0.3, 0.6)], audioOf([[300, VOICE]]));
  expect(words).toEqual([
    { word: " a", startSeconds: expect.any(Number), endSeconds: expect.any(Number), probability: 0.5 },
  ]);
});

test("quiet parts two words", () => {
  const alignment = [aligned(" one", 0, 0.4), aligned(" two", 0.4, 1.9)];
  const [words] = segmentWords(
    [2],
    alignment,
    audioOf([
      [50, VOICE],
      [100, BACKGROUND],
      [50, VOICE],
    ]),
  );
  expect(words).toMatchObject([{ endSeconds: 0.5 }, { startSeconds: 1.5 }]);
});

test("in noise the VAD's silence parts them", () => {
  const alignment = [aligned(" one", 0, 0.4), aligned(" two", 0.4, 1.9)];
  const startSample = 7 * HOP_SAMPLES;
  const span = (from: number, to: number) => ({
    startSample: startSample + from * HOP_SAMPLES,
    endSample: startSample + to * HOP_SAMPLES,
  });
  const audio = { ...audioOf([[200, VOICE]]), startSample, speech: [span(0, 50), span(150, 200)] };
  const [words] = segmentWords([2], alignment, audio);
  expect(words).toMatchObject([{ endSeconds: 0.5 }, { startSeconds: 1.5 }]);
});

function aligned(word: string, startSeconds: number, endSeconds: number): AlignedWord {
  return { word, tokens: [1], startSeconds, endSeconds, probability: 0.5 };
}

function audioOf(stretches: [frames: number, level: number][]) {
  const columns = Float32Array.from(
    stretches.flatMap(([frames, level]) => new Array<number>(frames * N_MELS).fill(level)),
  );
  const endSample = (columns.length / N_MELS) * HOP_SAMPLES;
  return { startSample: 0, speech: [{ startSample: 0, endSample }], columns, nMels: N_MELS, lead: 0.28 };
}
