import { describe, expect, test } from "vitest";
import { SpeechDetector, type SpeechSpan, VAD_FRAME_SAMPLES } from "../../src/dsp/speech-detector.js";
import {
  type DecodeWindow,
  FixedWindowPlanner,
  WindowPlanner,
  type WindowPlannerOptions,
} from "../../src/dsp/window-planner.js";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_SAMPLES } from "../../src/units.js";
import { inventedProbabilities } from "./invented-probabilities.js";

type Stretch = readonly [probability: number, seconds: number];
type Seconds = readonly [start: number, end: number];

function recording(...stretches: readonly Stretch[]): Float32Array {
  return Float32Array.from(
    stretches.flatMap(([probability, seconds]) =>
      Array<number>(Math.round((seconds * SAMPLE_RATE_HZ) / VAD_FRAME_SAMPLES)).fill(probability),
    ),
  );
}

function plan(probabilities: Float32Array, options: Partial<WindowPlannerOptions> = {}): DecodeWindow[] {
  const planner = new WindowPlanner(options);
  const windows = planner.push(probabilities, probabilities.length);
  windows.push(...planner.end(probabilities.length * VAD_FRAME_SAMPLES));
  return windows;
}

/** `[name, probabilities, windows]` */
// biome-ignore format: one case a row
const CASES: readonly (readonly [string, readonly Stretch[], readonly Seconds[]])[] = [
  ["nothing", [], []],
  ["silence", [[0, 100]], []],
  ["one island", [[0, 10], [1, 5], [0, 60]], [[10, 15]]],
  ["a short pause stays inside", [[1, 5], [0, 2], [1, 5]], [[0, 12]]],
  ["a long one does not", [[1, 5], [0, 6], [1, 5]], [[0, 5], [11, 16]]],
  ["too much breaks at the longest pause", [[1, 9], [0, 1], [1, 9], [0, 2], [1, 15]], [[0, 19], [21, 36]]],
  ["a good pause beats a late one", [[1, 22], [0, 0.7], [1, 6], [0, 0.1], [1, 9]], [[0, 22.35], [22.35, 37.8]]],
  ["but leaves no half-empty window", [[1, 8], [0, 2.5], [1, 18], [0, 0.3], [1, 9]], [[0, 28.6], [28.6, 37.8]]],
  ["without a pause, where it is least like speech", [[1, 25], [0.8, 0.1], [1, 20]], [[0, 25], [25, 45.1]]],
  ["a minute without any hint", [[1, 59]], [[0, 30], [30, 59]]],
  ["30 s of voice fit, though padding does not", [[1, 29.9], [0, 60]], [[0, 30]]],
];

describe("windows, in seconds (to 0.45: padding)", () => {
  for (const [name, stretches, expected] of CASES) {
    test(name, () => {
      const windows = plan(recording(...stretches));
      expect(windows).toHaveLength(expected.length);
      for (const [i, { startSample, endSample }] of windows.entries()) {
        expect(Math.abs(startSample / SAMPLE_RATE_HZ - expected[i]![0])).toBeLessThan(0.45);
        expect(Math.abs(endSample / SAMPLE_RATE_HZ - expected[i]![1])).toBeLessThan(0.45);
      }
    });
  }
});

test("the cut between words lies before the first loud frame of the next one", () => {
  // Two quiet frames at 25 s: the pause began about 100 ms before the first of them.
  const probabilities = recording([1, 40]);
  const frame = Math.round((25 * SAMPLE_RATE_HZ) / VAD_FRAME_SAMPLES);
  probabilities.fill(0.1, frame, frame + 2);
  const cutSample = plan(probabilities)[0]!.endSample;
  expect(cutSample).toBeGreaterThan((frame - 3) * VAD_FRAME_SAMPLES);
  expect(cutSample).toBeLessThan((frame + 1) * VAD_FRAME_SAMPLES);
});

test("a window comes out as soon as the pause after it is too long to join anything", () => {
  const planner = new WindowPlanner({ maxPauseSeconds: 2 });
  expect(planner.push(recording([1, 5], [0, 2]), 219)).toEqual([]);
  expect(planner.push(recording([0, 1]), 31)).toHaveLength(1);
});

test("a full window comes out a second later at most, while speech goes on", () => {
  const planner = new WindowPlanner();
  const frames = recording([1, 31.1]);
  expect(planner.push(frames, frames.length)).toHaveLength(1);
});

describe("options out of range are refused", () => {
  check({ maxWindowSeconds: 31 });
  check({ maxWindowSeconds: 0 });
  check({ maxPauseSeconds: Number.NaN });
  check({ minSilenceMs: -1 });

  function check(options: Partial<WindowPlannerOptions>) {
    test(JSON.stringify(options), () => {
      expect(() => new WindowPlanner(options)).toThrow(expect.objectContaining({ code: "USAGE" }));
    });
  }
});

describe("on invented recordings", () => {
  for (let seed = 0; seed < 80; seed++) {
    test(`seed ${seed}`, () => {
      const random = seededRandom(seed);
      const probabilities = inventedProbabilities(random, 4000 + Math.floor(random() * 3000));
      const options = seed < 20 ? {} : inventedOptions(random);
      const totalSamples =
        probabilities.length * VAD_FRAME_SAMPLES - Math.floor(random() * VAD_FRAME_SAMPLES);

      const windows = inChunks(probabilities, totalSamples, options, () => probabilities.length);
      expectWellFormed(windows, options);
      expectSpeechCovered(windows, spansOf(probabilities, totalSamples, options));
      expectNoNeedlessWindow(windows, options);
      expect(inChunks(probabilities, totalSamples, options, () => 1)).toEqual(windows);
      const anySize = () => 1 + Math.floor(random() * 400);
      expect(inChunks(probabilities, totalSamples, options, anySize)).toEqual(windows);
    });
  }
});

test("memory does not grow with hours of speech or of silence", () => {
  for (const probability of [0, 1]) {
    const planner = new WindowPlanner();
    const minute = recording([probability, 60]);
    let frames = 0;
    for (let i = 0; i < 240; i++) {
      planner.push(minute, minute.length);
      frames += minute.length;
      expect(frames * VAD_FRAME_SAMPLES - planner.neededFromSample).toBeLessThan(32 * SAMPLE_RATE_HZ);
    }
  }
});

describe("without VAD: full windows and a rest", () => {
  check(0, []);
  check(1, [[0, HOP_SAMPLES]]);
  check(WINDOW_SAMPLES, [[0, WINDOW_SAMPLES]]);
  check(2 * WINDOW_SAMPLES + 1000, [
    [0, WINDOW_SAMPLES],
    [WINDOW_SAMPLES, 2 * WINDOW_SAMPLES],
    [2 * WINDOW_SAMPLES, 2 * WINDOW_SAMPLES + 1120],
  ]);

  function check(totalSamples: number, expected: number[][]) {
    test(`${totalSamples} samples`, () => {
      for (const chunkSamples of [1000, 1_000_000]) {
        const planner = new FixedWindowPlanner();
        const windows: DecodeWindow[] = [];
        for (let start = 0; start < totalSamples; start += chunkSamples) {
          const needed = planner.neededFromSample;
          const complete = planner.advance(Math.min(chunkSamples, totalSamples - start));
          for (const window of complete) expect(window.startSample).toBeGreaterThanOrEqual(needed);
          windows.push(...complete);
        }
        windows.push(...planner.end(totalSamples));
        expect(windows.map((window) => [window.startSample, window.endSample])).toEqual(expected);
        for (const { startSample, endSample, speech } of windows)
          expect(speech).toEqual([{ startSample, endSample }]);
      }
    });
  }
});

function inventedOptions(random: () => number): Partial<WindowPlannerOptions> {
  return {
    threshold: 0.3 + 0.4 * random(),
    minSpeechMs: Math.floor(random() * 1000),
    minSilenceMs: Math.floor(random() * (random() < 0.2 ? 10_000 : 1500)),
    speechPadMs: Math.floor(random() * 600),
    maxWindowSeconds: 5 + 25 * random(),
    maxPauseSeconds: 10 * random(),
  };
}

/** Plans in chunks of any size, and checks on the way what the caller may drop. */
function inChunks(
  probabilities: Float32Array,
  totalSamples: number,
  options: Partial<WindowPlannerOptions>,
  chunkFrames: () => number,
): DecodeWindow[] {
  const planner = new WindowPlanner(options);
  const windows: DecodeWindow[] = [];
  let neededFrom = 0;
  let mostKept = 0;
  const take = (next: readonly DecodeWindow[]) => {
    for (const window of next) expect(window.startSample).toBeGreaterThanOrEqual(neededFrom);
    windows.push(...next);
  };
  for (let start = 0; start < probabilities.length; ) {
    const chunk = probabilities.subarray(start, start + chunkFrames());
    take(planner.push(chunk, chunk.length));
    start += chunk.length;
    if (planner.neededFromSample < neededFrom) expect.fail("asks for audio that it said it would not need");
    neededFrom = planner.neededFromSample;
    mostKept = Math.max(mostKept, start * VAD_FRAME_SAMPLES - neededFrom);
  }
  take(planner.end(totalSamples));
  // A full window, the look beyond it, and the longest silence that may still belong to open speech.
  expect(mostKept).toBeLessThan((31 + 10.1) * SAMPLE_RATE_HZ);
  return windows;
}

function spansOf(
  probabilities: Float32Array,
  totalSamples: number,
  { maxWindowSeconds: _, maxPauseSeconds: __, ...detection }: Partial<WindowPlannerOptions>,
): SpeechSpan[] {
  const detector = new SpeechDetector(detection);
  const spans = [...probabilities].map((probability) => detector.push(probability));
  return [...spans, detector.end(totalSamples)].filter((span) => span !== undefined);
}

function expectWellFormed(windows: readonly DecodeWindow[], options: Partial<WindowPlannerOptions>) {
  const maxSamples = (options.maxWindowSeconds ?? 30) * SAMPLE_RATE_HZ;
  const maxPauseSamples = (options.maxPauseSeconds ?? 3) * SAMPLE_RATE_HZ;
  let previousEnd = 0;
  for (const { startSample, endSample, speech } of windows) {
    expect(startSample).toBeGreaterThanOrEqual(previousEnd);
    expect(startSample % HOP_SAMPLES).toBe(0);
    expect(endSample % HOP_SAMPLES).toBe(0);
    expect(endSample - startSample).toBeLessThanOrEqual(maxSamples);
    expect(speech[0]!.startSample).toBe(startSample);
    expect(speech.at(-1)!.endSample).toBe(endSample);
    for (const [i, island] of speech.entries()) {
      expect(island.endSample).toBeGreaterThan(island.startSample);
      const pause = island.startSample - (speech[i - 1]?.endSample ?? startSample);
      expect(pause).toBeGreaterThanOrEqual(0);
      expect(pause).toBeLessThanOrEqual(maxPauseSamples);
    }
    previousEnd = endSample;
  }
}

/** Every sample of a voice is in some window's speech, and all speech of the windows comes from some span. */
function expectSpeechCovered(windows: readonly DecodeWindow[], spans: readonly SpeechSpan[]) {
  const parts = windows.flatMap((window) => window.speech);
  for (const span of spans) {
    let covered = span.voiceStartSample;
    for (const part of parts) if (part.startSample <= covered) covered = Math.max(covered, part.endSample);
    expect(covered).toBeGreaterThanOrEqual(span.voiceEndSample);
  }
  for (const part of parts) {
    const inside = spans.some(
      (span) => span.startSample <= part.startSample && part.endSample <= span.endSample,
    );
    expect(inside).toBe(true);
  }
}

/**
 * Neighbours are apart because the pause between them is too long, or because they do not fit into one
 * window.
 */
function expectNoNeedlessWindow(windows: readonly DecodeWindow[], options: Partial<WindowPlannerOptions>) {
  const maxSamples = (options.maxWindowSeconds ?? 30) * SAMPLE_RATE_HZ;
  const maxPauseSamples = (options.maxPauseSeconds ?? 3) * SAMPLE_RATE_HZ - HOP_SAMPLES;
  for (const [i, next] of windows.slice(1).entries()) {
    const window = windows[i]!;
    const isFarApart = next.startSample - window.endSample > maxPauseSamples;
    expect(isFarApart || next.endSample - window.startSample > maxSamples - HOP_SAMPLES).toBe(true);
  }
}
