import { describe, expect, test } from "vitest";
import { LevelMeter, peakOf, SILENCE_DBFS, toDbfs } from "../../src/dsp/level.js";
import { SAMPLE_RATE_HZ } from "../../src/units.js";

describe("LevelMeter", () => {
  test("a full-scale sine peaks at 0 dBFS and has an RMS of -3 dBFS", () => {
    const { rmsDbfs, peakDbfs } = levelOf(sine(1, 1));
    expect(peakDbfs).toBeCloseTo(0, 1);
    expect(rmsDbfs).toBeCloseTo(-3.01, 1);
  });

  test.each([-20, -60, -110])("an amplitude of %d dB is as much less", (decibels) => {
    const { rmsDbfs, peakDbfs } = levelOf(sine(1, 10 ** (decibels / 20)));
    expect(peakDbfs).toBeCloseTo(decibels, 1);
    expect(rmsDbfs).toBeCloseTo(decibels - 3.01, 1);
  });

  test("digital silence is -120, before sound and long after it", () => {
    const silent = { rmsDbfs: SILENCE_DBFS, peakDbfs: SILENCE_DBFS };
    expect(new LevelMeter().level).toEqual(silent);
    expect(levelOf(new Float32Array(1000))).toEqual(silent);
    expect(levelOf(sine(0.1, 0.5), new Float32Array(12 * SAMPLE_RATE_HZ))).toEqual(silent);
  });

  test("RMS has made 99 % of a step after 300 ms", () => {
    const { rmsDbfs } = levelOf(new Float32Array(0.3 * SAMPLE_RATE_HZ).fill(0.5));
    expect(10 ** (rmsDbfs / 10)).toBeCloseTo(0.99 * 0.25, 4);
  });

  test("a click shows at once and falls 20 dB in 1.7 s", () => {
    const click = Float32Array.of(0.5, 0);
    expect(levelOf(click).peakDbfs).toBeCloseTo(-6.02, 2);
    expect(levelOf(click, new Float32Array(1.7 * SAMPLE_RATE_HZ)).peakDbfs).toBeCloseTo(-26.02, 2);
  });

  test("does not depend on how the samples are cut", () => {
    const samples = sine(0.3, 0.7);
    const pieces = [samples.subarray(0, 7), samples.subarray(7, 512), samples.subarray(512)];
    expect(levelOf(...pieces)).toEqual(levelOf(samples));
  });
});

test("toDbfs", () => {
  expect([1, 0.05, 0, -0].map(toDbfs)).toEqual([0, expect.closeTo(-26.02, 2), -120, -120]);
});

test("peakOf is the largest amplitude of either sign", () => {
  expect(peakOf(Float32Array.of(0.25, -0.5, 0.125))).toBe(0.5);
  expect(peakOf(new Float32Array(0))).toBe(0);
});

function levelOf(...blocks: readonly Float32Array[]) {
  const meter = new LevelMeter();
  for (const block of blocks) meter.push(block);
  return meter.level;
}

function sine(seconds: number, amplitude: number): Float32Array {
  return Float32Array.from(
    { length: seconds * SAMPLE_RATE_HZ },
    (_, i) => amplitude * Math.sin((2 * Math.PI * 440 * i) / SAMPLE_RATE_HZ),
  );
}
