/** openai/whisper's add_word_timestamps, rule by rule (timing.py:301-386 at c0d2f62). */
import { describe, expect, test } from "vitest";
import type { AlignedWord } from "../../../src/model/timing/aligned-word.js";
import { DEFAULT_PUNCTUATION } from "../../../src/model/timing/punctuation.js";
import { addWordTimestamps } from "../../../src/model/timing/word-rules.js";
import { timed } from "./timed.js";

const END_TOKEN = 50_257;
type Times = [word: string, startSeconds: number, endSeconds: number];

describe("segments and their words", () => {
  test("each segment takes as many tokens as it has; it starts and ends with its words", () => {
    const segments = [segment(0, 2, 2), segment(2, 4, 2)];
    const result = run(segments, [
      timed(" a", 0.5, 0.8),
      timed(" b", 0.8, 1.1),
      timed(" c", 2.1, 2.4),
      timed(" d", 2.4, 2.8),
    ]);
    expect(result.segments.map(timesOf)).toEqual([
      [0.5, 1.1],
      [2.1, 2.8],
    ]);
    expect(result.segments.map(wordsOf)).toEqual([
      [
        [" a", 0.5, 0.8],
        [" b", 0.8, 1.1],
      ],
      [
        [" c", 2.1, 2.4],
        [" d", 2.4, 2.8],
      ],
    ]);
    expect(result.lastSpeechSeconds).toBe(2.8);
  });

  test("timestamps among the tokens count for nothing", () => {
    const { segments } = run(
      [{ ...segment(0, 2, 0), tokens: [END_TOKEN + 107, 1, 2, END_TOKEN + 150] }],
      [timed(" a", 0, 0.3), timed(" b", 0.3, 0.5), timed(" c", 0.5, 0.7)],
    );
    expect(wordsOf(segments[0]!).map(([word]) => word)).toEqual([" a", " b"]);
  });

  test("punctuation is with its word, also when counting tokens", () => {
    const { segments } = run(
      [segment(0, 1, 3), segment(1, 2, 1)],
      [timed(" a", 0, 0.3), timed(",", 0.3, 0.4), timed(" b", 0.4, 0.7), timed(" c", 1, 1.2)],
    );
    expect(segments.map(wordsOf)).toEqual([
      [
        [" a,", 0, 0.3],
        [" b", 0.4, 0.7],
      ],
      [[" c", 1, 1.2]],
    ]);
  });

  test("a segment without words keeps its times, and is no speech", () => {
    const { segments, lastSpeechSeconds } = run([segment(3, 4, 0)], [], { lastSpeechSeconds: 1.5 });
    expect(segments).toEqual([{ ...segment(3, 4, 0), words: [] }]);
    expect(lastSpeechSeconds).toBe(1.5);
  });

  test("no segments", () => {
    expect(run([], [], { lastSpeechSeconds: 2 })).toEqual({ segments: [], lastSpeechSeconds: 2 });
  });

  test("what a segment has besides stays, and nothing given is changed", () => {
    const given = [{ ...segment(0, 2, 1), text: " a" }];
    const alignment = [timed(" a", 0.5, 0.8)];
    const before = structuredClone([given, alignment]);
    expect(run(given, alignment).segments[0]).toMatchObject({ text: " a", startSeconds: 0.5 });
    expect([given, alignment]).toEqual(before);
  });
});

describe("times are those of the recording, in cents", () => {
  check("offset", [[" a", 0.02, 0.3]], [[" a", 12.36, 12.64]], {
    offsetSeconds: 12.34,
    lastSpeechSeconds: 12,
  });
  // Python's round() and the exact value decide: 0.125 is between two and goes to the even one, 1.005 is below its name.
  check("ties go to even cents", [[" a", 0.125, 0.375]], [[" a", 0.12, 0.38]]);
  check("what only looks like a tie", [[" a", 1.005, 1.255]], [[" a", 1, 1.25]], { lastSpeechSeconds: 1 });
});

describe("long words at the ends of sentences", () => {
  // Durations 0.2 0.2 0.2 1: median 0.2, so nothing is longer than 0.4.
  check(
    "a full stop that takes the pause",
    [
      [" a", 0, 0.2],
      [" b", 0.2, 0.4],
      [".", 0.4, 1.4],
      [" c", 1.4, 1.6],
    ],
    [
      [" a", 0, 0.2],
      [" b.", 0.2, 0.4],
      [" c", 1.4, 1.6],
    ],
  );
  check(
    "a word that takes the pause after a full stop",
    [
      [" a", 0, 0.2],
      [".", 0.2, 0.4],
      [" b", 0.4, 1.4],
      [" c", 1.4, 1.6],
    ],
    [
      [" a.", 0, 0.2],
      [" b", 1, 1.4],
      [" c", 1.4, 1.6],
    ],
  );
  check(
    "elsewhere words may be long",
    [
      [" a", 0, 0.2],
      [" b", 0.2, 0.4],
      [" c", 0.4, 1.4],
      [" d", 1.4, 1.6],
    ],
    [
      [" a", 0, 0.2],
      [" b", 0.2, 0.4],
      [" c", 0.4, 1.4],
      [" d", 1.4, 1.6],
    ],
  );
  // Words of no length do not count, and 0.7 is the most the median may be: nothing longer than 1.4.
  check(
    "slow speech",
    [
      [" a", 0, 1],
      [" b", 1, 1],
      ["!", 1, 4],
      [" c", 4, 5],
    ],
    [
      [" a", 0, 1],
      [" b!", 1, 1],
      [" c", 4, 5],
    ],
    {},
    [0, 5],
  );
  check(
    "the median of an even number is between the middle two",
    [
      [" a", 0, 0.2],
      [" b", 0.2, 0.6],
      [" c", 0.6, 1],
      [".", 1, 1.2],
      [" d", 1.2, 2],
    ],
    [
      [" a", 0, 0.2],
      [" b", 0.2, 0.6],
      [" c.", 0.6, 1],
      [" d", 1.2, 2],
    ],
  );
});

describe("the first words after a pause", () => {
  check(
    "the first is cut from the front",
    [
      [" a", 0, 3],
      [" b", 3, 3.2],
      [" c", 3.2, 3.4],
    ],
    [
      [" a", 2.6, 3],
      [" b", 3, 3.2],
      [" c", 3.2, 3.4],
    ],
  );
  check(
    "the second took the pause",
    [
      [" a", 2, 2.2],
      [" b", 2.2, 4],
      [" c", 4, 4.2],
      [" d", 4.2, 4.4],
    ],
    [
      [" a", 3.2, 3.6],
      [" b", 3.6, 4],
      [" c", 4, 4.2],
      [" d", 4.2, 4.4],
    ],
  );
  check(
    "not where there was no pause before",
    [
      [" a", 0, 3],
      [" b", 3, 3.2],
      [" c", 3.2, 3.4],
    ],
    [
      [" a", 0, 3],
      [" b", 3, 3.2],
      [" c", 3.2, 3.4],
    ],
    { lastSpeechSeconds: 2.5 },
  );
});

describe("a word that reaches far beyond its segment", () => {
  // Lest the rules above come first: no pause before.
  const lastSpeechSeconds = 100;
  test("in front", () => {
    const { segments } = run([segment(1, 3, 2)], [timed(" a", 0, 1.6), timed(" b", 1.6, 2)], {
      lastSpeechSeconds,
    });
    // Median of 1.6 and 0.4 is 0.7, capped: the start goes to the earlier of 1.6 - 0.7 and the segment's.
    expect(wordsOf(segments[0]!)[0]).toEqual([" a", expect.closeTo(0.9, 9), 1.6]);
    expect(timesOf(segments[0]!)).toEqual([1, 2]);
  });

  test("behind", () => {
    const { segments, lastSpeechSeconds: last } = run(
      [segment(0, 2, 2)],
      [timed(" a", 0, 1), timed(" b", 1, 4)],
      { lastSpeechSeconds },
    );
    expect(wordsOf(segments[0]!)[1]).toEqual([" b", 1, 2]);
    expect(timesOf(segments[0]!)).toEqual([0, 2]);
    expect(last).toBe(2);
  });

  test("half a second is not far", () => {
    const { segments } = run([segment(0.5, 1.5, 1)], [timed(" a", 0, 2)], { lastSpeechSeconds });
    expect(timesOf(segments[0]!)).toEqual([0, 2]);
  });
});

function check(
  name: string,
  words: Times[],
  expected: Times[],
  options: Partial<Options> = {},
  [startSeconds, endSeconds]: [number, number] = [words[0]![1], words.at(-1)![2]],
): void {
  test(name, () => {
    const offset = options.offsetSeconds ?? 0;
    const { segments } = run(
      [segment(offset + startSeconds, offset + endSeconds, words.length)],
      words.map((word) => timed(...word)),
      options,
    );
    expect(wordsOf(segments[0]!)).toEqual(
      expected.map(([word, start, end]) => [word, expect.closeTo(start, 9), expect.closeTo(end, 9)]),
    );
  });
}

interface Options {
  readonly offsetSeconds: number;
  readonly lastSpeechSeconds: number;
}

function run<S extends ReturnType<typeof segment>>(
  segments: S[],
  alignment: AlignedWord[],
  { offsetSeconds = 0, lastSpeechSeconds = 0 }: Partial<Options> = {},
) {
  const options = { ...DEFAULT_PUNCTUATION, offsetSeconds, lastSpeechSeconds, endToken: END_TOKEN };
  return addWordTimestamps(segments, alignment, options);
}

function segment(startSeconds: number, endSeconds: number, tokenCount: number) {
  return { startSeconds, endSeconds, tokens: Array.from({ length: tokenCount }, (_, i) => i) };
}

type Placed = ReturnType<typeof run>["segments"][number];

function timesOf({ startSeconds, endSeconds }: Placed): [number, number] {
  return [startSeconds, endSeconds];
}

function wordsOf({ words }: Placed): Times[] {
  return words.map(({ word, startSeconds, endSeconds }) => [word, startSeconds, endSeconds]);
}
