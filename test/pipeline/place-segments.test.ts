import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import type { WindowResult } from "../../src/model/window.js";
import { placeSegments } from "../../src/pipeline/place-segments.js";
import { SAMPLE_RATE_HZ } from "../../src/units.js";

type Span = readonly [startSeconds: number, endSeconds: number];

const RESULT: Omit<WindowResult, "segments"> = {
  tokens: [],
  resumeSeconds: undefined,
  isCut: false,
  seekFrames: 3000,
  endsWithOneTimestamp: true,
  isSilence: false,
  alignment: undefined,
  language: "en",
  languageProbability: 1,
  temperature: 0.2,
  avgLogprob: -0.3,
  compressionRatio: 1.4,
  noSpeechProb: 0.05,
  tokenCount: 9,
  fallbacks: 1,
  encodeSeconds: 0,
  decodeSeconds: 0,
};

/** A window from 100 s to 110 s of the recording; segments count from its start, speech and results from the recording's. */
describe("times in the recording", () => {
  check("moved by the window's start", [[0, 4]], { speech: [[100, 110]] }, [[100, 104]]);
  check(
    "one after the other",
    [
      [0, 4],
      [4, 9],
    ],
    { speech: [[100, 110]] },
    [
      [100, 104],
      [104, 109],
    ],
  );
  check(
    "from the first voice to the last",
    [[0, 10]],
    {
      speech: [
        [101, 103],
        [106, 108.5],
      ],
    },
    [[101, 108.5]],
  );
  check(
    "voices beside the segment do not count",
    [[2, 5]],
    {
      speech: [
        [100, 101],
        [103, 104],
        [107, 108],
      ],
    },
    [[103, 104]],
  );
  check("inside a voice it stays", [[2, 5]], { speech: [[101, 109]] }, [[102, 105]]);
  check("no voice heard: as the model says", [[2, 5]], { speech: [[108, 109]] }, [[102, 105]]);
  check("past the window's end: to there", [[8, 14]], { speech: [[100, 110]] }, [[108, 110]]);
  check("past the window's end, no voice: to there", [[8, 14]], { speech: [[100, 101]] }, [[108, 110]]);
  check(
    "never before the segment before",
    [
      [0, 3],
      [2, 5],
    ],
    { speech: [[100, 110]] },
    [
      [100, 103],
      [103, 105],
    ],
  );
  check("nor before that of the last window", [[0, 3]], { speech: [[100, 110]], notBefore: 101.5 }, [
    [101.5, 103],
  ]);
  check(
    "hidden behind the one before: still to be read",
    [
      [0, 5],
      [1, 4],
    ],
    { speech: [[100, 110]] },
    [
      [100, 105],
      [105, 105.1],
    ],
  );
  check("cut to nothing by silence: still to be read", [[2, 5]], { speech: [[100, 102.02]] }, [[102, 102.1]]);
  check("to the millisecond", [[0.12345, 1.98765]], { speech: [[100, 110]] }, [[100.123, 101.988]]);
  check("no segment", [], { speech: [[100, 110]] }, []);

  function check(
    name: string,
    segments: readonly Span[],
    { speech, notBefore = 0 }: { readonly speech: readonly Span[]; readonly notBefore?: number },
    expected: readonly Span[],
  ) {
    test(name, () => {
      const placed = placeSegments(resultOf(segments), placeOf([100, 110], speech), 0, notBefore);
      expect(placed.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual(expected);
    });
  }
});

test("a segment that the model puts behind the window's end does not hold up the next window's", () => {
  const placed = placeSegments(resultOf([[20, 24]]), placeOf([100, 110], [[100, 110]]), 0, 0);
  expect(placed[0]).toMatchObject({ startSeconds: 109.9, endSeconds: 110 });
});

describe("words", () => {
  const word = (text: string, startSeconds: number, endSeconds: number) => ({
    word: text,
    startSeconds,
    endSeconds,
    probability: 0.5,
  });
  const place = placeOf([100, 110], [[101, 109]]);

  test("move with the window; their segment begins and ends with them", () => {
    const words = [[word(" a", 1.5, 2), word(" b", 2, 2.51)], [word(" c", 6, 7)]];
    const [first, second] = placeSegments(
      resultOf([
        [0, 4],
        [4, 9],
      ]),
      place,
      0,
      0,
      words,
    );
    expect(first).toMatchObject({ startSeconds: 101.5, endSeconds: 102.51 });
    expect(first!.words).toEqual([word(" a", 101.5, 102), word(" b", 102, 102.51)]);
    expect(second).toMatchObject({ startSeconds: 106, endSeconds: 107, words: [word(" c", 106, 107)] });
  });

  test("stay inside the voices and behind the segment before", () => {
    const words = [[word(" a", 0, 2), word(" b", 2, 9.8)]];
    const [segment] = placeSegments(resultOf([[0, 10]]), place, 0, 101.2, words);
    expect(segment!.words).toEqual([word(" a", 101.2, 102), word(" b", 102, 109)]);
    const [late] = placeSegments(resultOf([[0, 10]]), place, 0, 103, words);
    expect(late!.words).toEqual([word(" a", 103, 103), word(" b", 103, 109)]);
  });

  test("a segment without words keeps the model's times", () => {
    const [segment] = placeSegments(resultOf([[2, 5]]), place, 0, 0, [[]]);
    expect(segment).toMatchObject({ startSeconds: 102, endSeconds: 105, words: [] });
  });

  test("not asked for: none", () => {
    expect(placeSegments(resultOf([[2, 5]]), place, 0, 0)[0]).not.toHaveProperty("words");
  });
});

test("ids go on, and what the window's result says is passed on", () => {
  const [first, second] = placeSegments(
    resultOf([
      [0, 1],
      [1, 2],
    ]),
    placeOf([100, 110], [[100, 110]]),
    7,
    0,
  );
  expect([first!.id, second!.id]).toEqual([7, 8]);
  expect(first).toMatchObject({
    seekFrames: 10_000,
    text: " segment 0",
    tokens: [0],
    temperature: 0.2,
    avgLogprob: -0.3,
    compressionRatio: 1.4,
    noSpeechProb: 0.05,
  });
});

test("whatever the model says: in order, none empty, none overlapping, all near the window", () => {
  const random = seededRandom(4);
  const spans = (count: number, limit: number): Span[] =>
    Array.from({ length: count }, () => random() * limit)
      .sort((a, b) => a - b)
      .flatMap((start): Span[] => [[start, start + random() * 4]]);
  for (let run = 0; run < 300; run++) {
    const speech = spans(3, 8).map(([start, end]): Span => [100 + start, Math.min(110, 100 + end)]);
    const placed = placeSegments(resultOf(spans(4, 9)), placeOf([100, 110], speech), 0, 99);
    let previousEnd = 99;
    for (const { startSeconds, endSeconds } of placed) {
      expect(startSeconds).toBeGreaterThanOrEqual(Math.max(100, previousEnd));
      expect(endSeconds).toBeGreaterThan(startSeconds);
      // Segments that were squeezed out get a tenth of a second each.
      expect(endSeconds).toBeLessThanOrEqual(110 + 0.1 * placed.length);
      previousEnd = endSeconds;
    }
  }
});

function resultOf(segments: readonly Span[]): WindowResult {
  return {
    ...RESULT,
    segments: segments.map(([startSeconds, endSeconds], i) => ({
      startSeconds,
      endSeconds,
      text: ` segment ${i}`,
      tokens: [i],
    })),
  };
}

function placeOf(window: Span, speech: readonly Span[]) {
  return { ...inSamples(window), speech: speech.map(inSamples) };
}

function inSamples([startSeconds, endSeconds]: Span) {
  return {
    startSample: Math.round(startSeconds * SAMPLE_RATE_HZ),
    endSample: Math.round(endSeconds * SAMPLE_RATE_HZ),
  };
}
