import { expect, test } from "vitest";
import { VAD_FRAME_SAMPLES } from "../../src/dsp/speech-detector.js";
import { SpeechGate } from "../../src/dsp/speech-gate.js";

/** Peak of a frame with a voice in it, or no voice. */
type Frame = number | "pause";

/** How many frames became speech at each of `frames`. */
function pass(frames: readonly Frame[], threshold = 0.05): number[] {
  const gate = new SpeechGate(threshold);
  return frames.map((frame) => {
    const samples = new Float32Array(VAD_FRAME_SAMPLES);
    samples[100] = frame === "pause" ? 0.5 : -frame;
    const frames = gate.push(samples, frame !== "pause");
    expect(gate.isOpen).toBe(frames > 0);
    return frames;
  });
}

function repeat(frame: Frame, seconds: number): Frame[] {
  return Array<Frame>(Math.round(seconds / 0.032)).fill(frame);
}

test("a quiet voice opens nothing, however long", () => {
  expect(pass(repeat(0.04, 60)).every((frames) => frames === 0)).toBe(true);
});

test("noise without a voice opens nothing, however loud", () => {
  expect(pass(repeat("pause", 1)).every((frames) => frames === 0)).toBe(true);
});

test("the soft beginning of a loud voice belongs to it", () => {
  expect(pass(["pause", 0.01, 0.02, 0.04, 0.2, 0.3])).toEqual([0, 0, 0, 0, 4, 1]);
});

test("but no more than 2 s of it", () => {
  const frames = pass([...repeat(0.03, 10), 0.2]);
  expect(frames.at(-1)! * 0.032).toBeCloseTo(2, 1);
});

test("quiet words stay in speech that is open, until the voice ends", () => {
  const frames = pass([0.2, ...repeat(0.001, 20), "pause"]);
  expect(frames.slice(0, -1).every((count) => count === 1)).toBe(true);
  expect(frames.at(-1)).toBe(0);
});

test("half the threshold is enough for 3 s after speech, and no longer", () => {
  const after = (seconds: number, peak: number) => pass([0.2, ...repeat("pause", seconds), peak]).at(-1);
  expect([after(2.9, 0.03), after(2.9, 0.02), after(3.1, 0.03)]).toEqual([1, 0, 0]);
});

test("a voice that is too quiet at first is measured against the full threshold later", () => {
  expect(pass([0.2, "pause", ...repeat(0.01, 4), 0.03]).at(-1)).toBe(0);
});

test("a threshold of 0 lets silence through that the VAD calls a voice", () => {
  expect(pass([0, 0], 0)).toEqual([1, 1]);
});
