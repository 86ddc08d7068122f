import { describe, expect, test } from "vitest";
import {
  SpeechDetector,
  type SpeechDetectorOptions,
  type SpeechSpan,
  VAD_FRAME_SAMPLES,
} from "../../src/dsp/speech-detector.js";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { HOP_SAMPLES } from "../../src/units.js";
import { inventedProbabilities } from "./invented-probabilities.js";

/** Frames of these probabilities: 0 is silence, 4 lies between the thresholds, 9 is speech. */
function frames(pattern: string): number[] {
  return [...pattern].map((digit) => Number(digit) / 10);
}

function detect(
  probabilities: Iterable<number>,
  options: Partial<SpeechDetectorOptions> = {},
  totalSamples?: number,
): SpeechSpan[] {
  const detector = new SpeechDetector(options);
  const spans: SpeechSpan[] = [];
  for (const probability of probabilities) {
    const span = detector.push(probability);
    if (span) spans.push(span);
  }
  const last = detector.end(totalSamples ?? detector.positionSample);
  if (last) spans.push(last);
  return spans;
}

/** No padding, one frame of speech is enough and two frames of silence close it. */
const BARE = { minSpeechMs: 0, minSilenceMs: 64, speechPadMs: 0 };

describe("where the voice starts and ends, in frames", () => {
  check("nothing", "", []);
  check("silence", "0000000", []);
  check("below the threshold", "444444", []);
  check("one frame", "0009000", [[3, 4]]);
  check("from the first frame to the last", "99999", [[0, 5]]);
  check("a pause of one frame does not close", "0990990", [[1, 6]]);
  check("a pause of two frames does", "09900990", [
    [1, 3],
    [5, 7],
  ]);
  check("goes on between the thresholds", "09444400", [[1, 6]]);
  check("but does not come back from a pause below the upper one", "0990444000", [[1, 3]]);
  check("short speech is dropped", "0099900090000", [[2, 5]], { ...BARE, minSpeechMs: 64 });
  check("short speech is dropped at the end too", "0000009", [], { ...BARE, minSpeechMs: 64 });
  check("a pause that padding would fill does not close", "09900099", [[1, 8]], { ...BARE, speechPadMs: 48 });
  check("a lower threshold", "0444000", [[1, 4]], { ...BARE, threshold: 0.35 });
  check(
    "no number is silence",
    [0.9, Number.NaN, Number.NaN, Number.NaN, 0.9],
    [
      [0, 1],
      [4, 5],
    ],
  );

  function check(
    name: string,
    input: string | number[],
    expected: number[][],
    options: Partial<SpeechDetectorOptions> = BARE,
  ) {
    test(name, () => {
      const spans = detect(typeof input === "string" ? frames(input) : input, options);
      const voices = spans.map((span) => [span.voiceStartSample, span.voiceEndSample]);
      expect(voices).toEqual(expected.map((span) => span.map((frame) => frame * VAD_FRAME_SAMPLES)));
    });
  }
});

test("padding reaches neither before the recording nor past its last hop", () => {
  const totalSamples = 19 * VAD_FRAME_SAMPLES + 100;
  const [span, ...more] = detect(Array<number>(20).fill(0.9), {}, totalSamples);
  expect(more).toEqual([]);
  expect(span).toEqual({
    startSample: 0,
    endSample: Math.ceil(totalSamples / HOP_SAMPLES) * HOP_SAMPLES,
    voiceStartSample: 0,
    voiceEndSample: totalSamples,
  });
});

test("padding is what was asked for, to a hop", () => {
  const [span] = detect(frames("0".repeat(40) + "9".repeat(40) + "0".repeat(40)), { speechPadMs: 300 });
  const pad = 0.3 * 16_000;
  expect(span!.startSample).toBe(Math.floor((40 * VAD_FRAME_SAMPLES - pad) / HOP_SAMPLES) * HOP_SAMPLES);
  expect(span!.endSample).toBe(Math.ceil((80 * VAD_FRAME_SAMPLES + pad) / HOP_SAMPLES) * HOP_SAMPLES);
});

test("live: a span is open once it is sure to be kept, and its start does not move", () => {
  const detector = new SpeechDetector({ minSpeechMs: 96, minSilenceMs: 200, speechPadMs: 100 });
  for (const probability of frames("0000000999")) {
    expect(detector.open).toBeUndefined();
    detector.push(probability);
  }
  const start = detector.open!.startSample;
  expect(start).toBe(Math.floor((7 * VAD_FRAME_SAMPLES - 1600) / HOP_SAMPLES) * HOP_SAMPLES);
  expect(detector.pendingFromSample).toBe(start);
  for (const probability of frames("99990000")) {
    expect(detector.push(probability)).toBeUndefined();
    expect(detector.open!.startSample).toBe(start);
  }
  expect(detector.open!.voiceEndSample).toBe(14 * VAD_FRAME_SAMPLES);
  const closed = frames("000").map((probability) => detector.push(probability));
  expect(closed.filter((span) => span !== undefined)).toHaveLength(1);
  expect(detector.open).toBeUndefined();
});

describe("options out of range are refused", () => {
  check({ threshold: 0 }, "--vad-threshold");
  check({ threshold: 1.5 }, "--vad-threshold");
  check({ threshold: Number.NaN }, "--vad-threshold");
  check({ threshold: 0.4, negativeThreshold: 0.5 }, "negative VAD threshold");
  check({ minSpeechMs: -1 }, "--min-speech-ms");
  check({ minSilenceMs: 1e9 }, "--min-silence-ms");
  check({ speechPadMs: Number.POSITIVE_INFINITY }, "--speech-pad-ms");

  function check(options: Partial<SpeechDetectorOptions>, named: string) {
    test(JSON.stringify(options), () => {
      expect(() => new SpeechDetector(options)).toThrow(
        expect.objectContaining({ code: "USAGE", message: expect.stringContaining(named) }),
      );
    });
  }
});

describe("on invented recordings", () => {
  for (let seed = 0; seed < 60; seed++) {
    test(`seed ${seed}`, () => {
      const random = seededRandom(seed);
      const probabilities = inventedProbabilities(random, 2000);
      const options = {
        threshold: 0.3 + 0.4 * random(),
        minSpeechMs: Math.floor(random() * 500),
        minSilenceMs: Math.floor(random() * 1500),
        speechPadMs: Math.floor(random() * 600),
      };
      const spans = detect(probabilities, options);
      expectOrdered(spans, options);
      expectNothingLost(probabilities, spans, options);
    });
  }
});

function expectOrdered(spans: readonly SpeechSpan[], options: SpeechDetectorOptions) {
  let previousEnd = 0;
  for (const span of spans) {
    expect(span.startSample).toBeGreaterThanOrEqual(previousEnd);
    expect(span.startSample).toBeLessThanOrEqual(span.voiceStartSample);
    expect(span.endSample).toBeGreaterThanOrEqual(span.voiceEndSample);
    expect(span.startSample % HOP_SAMPLES).toBe(0);
    expect(span.endSample % HOP_SAMPLES).toBe(0);
    expect(span.voiceEndSample - span.voiceStartSample).toBeGreaterThanOrEqual(options.minSpeechMs * 16);
    previousEnd = span.endSample;
  }
}

/** Every frame at the threshold is in a span, or in a burst too short to keep that stands alone. */
function expectNothingLost(
  probabilities: Float32Array,
  spans: readonly SpeechSpan[],
  { threshold, minSpeechMs }: SpeechDetectorOptions,
) {
  for (const [frame, probability] of probabilities.entries()) {
    if (probability < threshold) continue;
    const sample = frame * VAD_FRAME_SAMPLES;
    if (spans.some((span) => span.voiceStartSample <= sample && sample < span.voiceEndSample)) continue;
    let burst = 1;
    while (probabilities[frame + burst]! >= threshold) burst++;
    expect(burst * VAD_FRAME_SAMPLES).toBeLessThan(minSpeechMs * 16);
  }
}
