import { describe, expect, test } from "vitest";
import { type Boundary, UtteranceTracker } from "../../src/dsp/utterance-tracker.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../../src/units.js";

const OPTIONS = { threshold: 0.5, minSpeechMs: 250, silenceMs: 600 };
const FRAME = 512;
/** Frames of so many seconds. */
const frames = (seconds: number) => Math.round((seconds * SAMPLE_RATE_HZ) / FRAME);

interface Part {
  readonly seconds: number;
  readonly probability: number;
}

const silence = (seconds: number): Part => ({ seconds, probability: 0.01 });
const speech = (seconds: number): Part => ({ seconds, probability: 0.9 });

/** All boundaries, with the frame that decided each, and the tracker as it is then. */
function track(parts: readonly Part[], tracker = new UtteranceTracker(OPTIONS)) {
  const boundaries: (Boundary & { readonly atFrame: number })[] = [];
  let frame = 0;
  for (const { seconds, probability } of parts) {
    for (let i = 0; i < frames(seconds); i++) {
      const atFrame = frame++;
      boundaries.push(...tracker.push(probability).map((boundary) => ({ ...boundary, atFrame })));
    }
  }
  return { boundaries, tracker, totalSamples: frame * FRAME };
}

describe("an utterance", () => {
  test("begins a little before the voice, as soon as it is long enough to be no click", () => {
    const { boundaries } = track([silence(2), speech(1)]);
    expect(boundaries).toHaveLength(1);
    const voiceStart = frames(2) * FRAME;
    const [begin] = boundaries;
    expect(begin?.type).toBe("begin");
    expect(begin!.startSample).toBeGreaterThanOrEqual(voiceStart - 0.4 * SAMPLE_RATE_HZ - HOP_SAMPLES);
    expect(begin!.startSample).toBeLessThanOrEqual(voiceStart - 0.4 * SAMPLE_RATE_HZ);
    expect(begin!.startSample % HOP_SAMPLES).toBe(0);
    expect(begin!.atFrame).toBe(frames(2) + frames(0.25) - 1);
  });

  test("begins at the recording's start where the voice does", () => {
    expect(track([speech(1)]).boundaries[0]).toMatchObject({ type: "begin", startSample: 0 });
  });

  test("ends after the silence asked for, and keeps some of it", () => {
    const { boundaries, tracker } = track([silence(1), speech(2), silence(1)]);
    const end = boundaries[1]!;
    const voiceEnd = (frames(1) + frames(2)) * FRAME;
    expect(end).toMatchObject({ type: "end", startSample: boundaries[0]!.startSample });
    expect(end.atFrame).toBe(frames(1) + frames(2) + Math.ceil((0.6 * SAMPLE_RATE_HZ) / FRAME) - 1);
    expect((end as { endSample: number }).endSample - voiceEnd).toBeCloseTo(0.2 * SAMPLE_RATE_HZ, -3);
    expect(tracker.isIdle).toBe(true);
    expect(tracker.open).toBeUndefined();
  });

  test("goes on after a shorter pause", () => {
    const { boundaries } = track([speech(1), silence(0.5), speech(1), silence(1)]);
    expect(boundaries.map(({ type }) => type)).toEqual(["begin", "end"]);
  });

  test("says where it would end now, and how long nobody has spoken", () => {
    const { tracker, totalSamples } = track([speech(2), silence(0.4)]);
    const silentSamples = frames(0.4) * FRAME;
    expect(tracker.open).toMatchObject({ startSample: 0, silentSamples });
    expect(tracker.open!.endSample).toBeLessThan(totalSamples);
    expect(track([speech(2)]).tracker.open).toMatchObject({ silentSamples: 0 });
  });

  test("is none where the voice is a click", () => {
    expect(track([silence(1), speech(0.1), silence(2)]).boundaries).toEqual([]);
  });

  test("never begins before the end of the one before", () => {
    const { boundaries } = track([speech(1), silence(0.64), speech(1), silence(1)]);
    expect(boundaries.map(({ type }) => type)).toEqual(["begin", "end", "begin", "end"]);
    const [, end, begin] = boundaries as { startSample: number; endSample: number }[];
    expect(begin!.startSample).toBeGreaterThanOrEqual(end!.endSample);
  });

  test("ends with the channel", () => {
    const { tracker, totalSamples } = track([speech(1)]);
    const end = tracker.end(totalSamples - 100);
    expect(end).toHaveLength(1);
    expect(end[0]).toMatchObject({ type: "end", startSample: 0 });
    expect((end[0] as { endSample: number }).endSample - (totalSamples - 100)).toBeLessThan(HOP_SAMPLES);
    expect(tracker.end(totalSamples)).toEqual([]);
  });
});

describe("speech without a pause", () => {
  test("is cut where it is least like speech, before 30 s, and goes on there", () => {
    const dip: Part = { seconds: 0.1, probability: 0.4 };
    const { boundaries } = track([speech(20), dip, speech(20), silence(1)]);
    expect(boundaries.map(({ type }) => type)).toEqual(["begin", "end", "begin", "end"]);
    const [, cut, begin] = boundaries as { startSample: number; endSample: number }[];
    expect(cut!.endSample / SAMPLE_RATE_HZ).toBeCloseTo(20, 0);
    expect(begin!.startSample).toBe(cut!.endSample);
  });

  test("leaves nothing out and makes nothing longer than a window", () => {
    const { boundaries, tracker, totalSamples } = track([speech(100)]);
    const all = [...boundaries, ...tracker.end(totalSamples)];
    const ends = all.filter(({ type }) => type === "end") as { startSample: number; endSample: number }[];
    expect(ends.length).toBeGreaterThan(3);
    expect(ends[0]!.startSample).toBe(0);
    for (const [i, { startSample, endSample }] of ends.entries()) {
      expect(endSample - startSample).toBeLessThanOrEqual(30 * SAMPLE_RATE_HZ);
      expect(ends[i + 1]?.startSample ?? endSample).toBe(endSample);
    }
    expect(totalSamples - ends.at(-1)!.endSample).toBeLessThanOrEqual(0);
  });

  test("audio that an utterance to come may need is never given up", () => {
    const tracker = new UtteranceTracker(OPTIONS);
    let needed = 0;
    const parts = [silence(5), speech(40), silence(0.3), speech(3), silence(5), speech(1), silence(2)];
    for (const { seconds, probability } of parts) {
      for (let i = 0; i < frames(seconds); i++) {
        for (const { startSample } of tracker.push(probability))
          expect(startSample).toBeGreaterThanOrEqual(needed);
        needed = tracker.neededFromSample;
      }
    }
    expect(needed).toBeGreaterThan(50 * SAMPLE_RATE_HZ);
  });
});
