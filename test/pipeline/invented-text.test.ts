import { describe, expect, test } from "vitest";
import type { WindowResult } from "../../src/model/window.js";
import { mayBeFaintSpeech, withoutInvented } from "../../src/pipeline/invented-text.js";
import { SAMPLE_RATE_HZ } from "../../src/units.js";

const THRESHOLDS = { noSpeechThreshold: 0.6, logprobThreshold: -1 };
const SPEECH = { languageProbability: 0.9, noSpeechProb: 0.1, avgLogprob: -0.3, isCut: false };

const segment = (startSeconds: number, endSeconds: number, tokenCount = 12) => ({
  startSeconds,
  endSeconds,
  text: " text",
  tokens: new Array<number>(tokenCount).fill(5),
});
const span = (startSeconds: number, endSeconds: number) => ({
  startSample: startSeconds * SAMPLE_RATE_HZ,
  endSample: endSeconds * SAMPLE_RATE_HZ,
});

/** How many segments of a window of 10 s, from 100 s on, are believed; times are the window's. */
function believed(
  figures: Partial<WindowResult>,
  speech: readonly [number, number][],
  segments = [segment(0, 10)],
  words?: Parameters<typeof withoutInvented>[0]["words"],
) {
  const decoded = {
    result: { ...SPEECH, segments, ...figures } as WindowResult,
    window: { ...span(100, 110), speech: speech.map(([start, end]) => span(100 + start, 100 + end)) },
    words,
  };
  return withoutInvented(decoded, THRESHOLDS).result.segments.length;
}

describe("a window in which the VAD heard somebody", () => {
  const HEARD: [number, number][] = [[0, 10]];
  test("is believed", () => expect(believed({}, HEARD)).toBe(1));
  test("also where the model doubts it, as long as it says much", () => {
    expect(believed({ noSpeechProb: 0.9 }, HEARD)).toBe(1);
  });
  test("but not a word in ten seconds that the model takes for silence", () => {
    expect(believed({ noSpeechProb: 0.9 }, HEARD, [segment(0, 2, 3)])).toBe(0);
    expect(believed({ noSpeechProb: 0.3 }, HEARD, [segment(0, 2, 3)])).toBe(1);
  });
});

describe("a segment in a pause", () => {
  const SPEECH_AROUND: [number, number][] = [
    [0, 3],
    [7, 10],
  ];
  const SEGMENTS = [segment(0, 3), segment(4, 6), segment(7, 10)];
  test("is believed where the model is sure", () => expect(believed({}, SPEECH_AROUND, SEGMENTS)).toBe(3));
  test("and not where it is not", () => {
    expect(believed({ noSpeechProb: 0.7 }, SPEECH_AROUND, SEGMENTS)).toBe(2);
    expect(believed({ avgLogprob: -1.2 }, SPEECH_AROUND, SEGMENTS)).toBe(2);
  });
  test("is judged by its words where there are any", () => {
    const word = (seconds: number) => [
      { word: " a", startSeconds: 4, endSeconds: 4 + seconds, probability: 0.1 },
    ];
    expect(believed({ noSpeechProb: 0.7 }, SPEECH_AROUND, SEGMENTS, [word(1), word(0.5), word(1)])).toBe(2);
    const sure = word(0.5).map((entry) => ({ ...entry, probability: 0.9 }));
    expect(believed({ noSpeechProb: 0.7 }, SPEECH_AROUND, SEGMENTS, [sure, sure, sure])).toBe(3);
  });
});

describe("a recording in which the VAD heard nobody", () => {
  test("may be a whisper, where the model is sure that it is speech", () => expect(believed({}, [])).toBe(1));
  check("a language it is not sure of", { languageProbability: 0.65 });
  check("perhaps silence", { noSpeechProb: 0.4 });
  check("unlikely text", { avgLogprob: -1.1 });
  check("a loop", { isCut: true });

  function check(name: string, figures: Partial<WindowResult>) {
    test(`is not: ${name}`, () => expect(believed(figures, [])).toBe(0));
  }
});

test("only what may be a whisper is worth higher temperatures", () => {
  const worth = (figures: Partial<WindowResult>) =>
    mayBeFaintSpeech({ ...SPEECH, ...figures } as WindowResult);
  expect([{}, { avgLogprob: -3 }, { languageProbability: 0.5 }, { noSpeechProb: 0.5 }].map(worth)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("nobody says three tokens in a tenth of a second", () => {
  const window = { ...span(0, 0.1), speech: [span(0, 0.1)] };
  const segmentsOf = (tokenCount: number) => {
    const result = { ...SPEECH, segments: [segment(0, 0.1, tokenCount)] } as unknown as WindowResult;
    return withoutInvented({ result, window, words: undefined }, THRESHOLDS).result.segments;
  };
  expect(segmentsOf(2 + 3)).toEqual([]);
  expect(segmentsOf(2 + 1)).toHaveLength(1);
});
