import { describe, expect, test } from "vitest";
import { Resampler } from "../../src/dsp/resample.js";

const DOWN = [
  [48_000, 16_000],
  [44_100, 16_000],
  [32_000, 16_000],
  [22_050, 16_000],
  [96_000, 16_000],
  // Too many phases for a table of all: interpolated.
  [44_101, 16_000],
] as const;
const UP = [
  [8000, 16_000],
  [11_025, 16_000],
  [16_000, 44_100],
] as const;

describe.each(DOWN)("%i Hz down to %i Hz", (inputRateHz, outputRateHz) => {
  test.each([0, 0.5, 0.95])("silences what would fold back (%f of the way up)", (fraction) => {
    const lowestHz = 1.1 * (outputRateHz / 2);
    const frequencyHz = lowestHz + fraction * (inputRateHz / 2 - lowestHz);
    const output = run(inputRateHz, outputRateHz, sine(frequencyHz, inputRateHz, inputRateHz / 2));
    expect(toDecibels(peak(inner(output)))).toBeLessThan(-80);
  });
});

describe.each(UP)("%i Hz up to %i Hz", (inputRateHz, outputRateHz) => {
  test("makes no image above what there was", () => {
    const frequencyHz = 0.4 * inputRateHz;
    const output = run(inputRateHz, outputRateHz, sine(frequencyHz, inputRateHz, inputRateHz / 2));
    expect(toDecibels(toneAmplitude(output, outputRateHz, frequencyHz))).toBeCloseTo(0, 1);
    const imageHz = inputRateHz - frequencyHz;
    expect(toDecibels(toneAmplitude(output, outputRateHz, imageHz))).toBeLessThan(-80);
  });
});

describe.each([...DOWN, ...UP])("%i Hz to %i Hz", (inputRateHz, outputRateHz) => {
  const resample = (input: Float32Array, chunkSamples?: number) =>
    run(inputRateHz, outputRateHz, input, chunkSamples);

  test.each([0.02, 0.3, 0.5, 0.8])("keeps a sine at %f of the lower Nyquist frequency", (fraction) => {
    const frequencyHz = (fraction * Math.min(inputRateHz, outputRateHz)) / 2;
    const output = resample(sine(frequencyHz, inputRateHz, inputRateHz / 2));
    const expected = sine(frequencyHz, outputRateHz, output.length);
    expect(largestDifference(inner(output), inner(expected))).toBeLessThan(1e-3);
  });

  test("keeps a constant what it is", () => {
    const output = resample(new Float32Array(inputRateHz / 10).fill(0.5));
    expect(largestDifference(inner(output), new Float32Array(inner(output).length).fill(0.5))).toBeLessThan(
      1e-4,
    );
  });

  test("puts an impulse where it was", () => {
    const input = new Float32Array(inputRateHz / 10);
    const second = Math.round(inputRateHz / 20);
    input[second] = 1;
    const output = resample(input);
    const centre = weightedCentre(output) / outputRateHz;
    expect(Math.abs(centre - second / inputRateHz)).toBeLessThan(1e-5);
  });

  test.each([0, 1, 2, 7, 1000, 12_345])("makes %i samples as long as they were", (length) => {
    const output = resample(new Float32Array(length).fill(0.1));
    expect(output.length).toBe(Math.round((length * outputRateHz) / inputRateHz));
  });

  test.each([1, 7, 160, 4096, 10_007])("does not depend on chunks (%i samples)", (chunkSamples) => {
    const input = noise(inputRateHz / 4);
    expect(resample(input, chunkSamples)).toEqual(resample(input));
  });
});

describe("Resampler", () => {
  test("passes equal rates through", () => {
    const input = noise(1000);
    expect(run(16_000, 16_000, input, 333)).toEqual(input);
  });

  test("starts afresh after flush", () => {
    const resampler = new Resampler(48_000, 16_000);
    const input = noise(4800);
    const once = drain(resampler, input);
    expect(drain(resampler, input)).toEqual(once);
  });

  test("says how large the output has to be", () => {
    const resampler = new Resampler(8000, 16_000);
    expect(() => resampler.process(new Float32Array(100), new Float32Array(100))).toThrow(
      /output holds 100 samples, expected at least \d+/,
    );
  });

  test.each([0, -8000, 44_100.5, Number.NaN])("refuses %d Hz", (rateHz) => {
    expect(() => new Resampler(rateHz, 16_000)).toThrow(RangeError);
    expect(() => new Resampler(16_000, rateHz)).toThrow(RangeError);
  });
});

describe("an adjustable ratio", () => {
  const adjustable = (inputRateHz: number) => new Resampler(inputRateHz, 16_000, { adjustable: true });

  test.each([16_000, 44_100, 48_000])("unstretched gives what a fixed one does from %i Hz", (inputRateHz) => {
    const input = sine(1000, inputRateHz, inputRateHz / 4);
    const output = drain(adjustable(inputRateHz), input);
    expect(largestDifference(inner(output), inner(run(inputRateHz, 16_000, input)))).toBeLessThan(1e-4);
  });

  test.each([0.001, -0.0002])(
    "stretched by %f lowers the pitch by as much, and makes it as much longer",
    (part) => {
      const resampler = adjustable(48_000);
      resampler.stretch(part);
      const output = drain(resampler, sine(1000, 48_000, 480_000));
      expect(output.length).toBe(Math.round(160_000 * (1 + part)));
      const expected = sine(1000 / (1 + part), 16_000, output.length);
      expect(largestDifference(inner(output), inner(expected))).toBeLessThan(1e-3);
    },
  );

  test("changes in the middle without a jump", () => {
    const resampler = adjustable(16_000);
    const input = sine(200, 16_000, 16_000);
    const buffer = new Float32Array(resampler.maxOutputSamples(16_000) + 100);
    let written = resampler.process(input.subarray(0, 8000), buffer);
    resampler.stretch(0.001);
    written += resampler.process(input.subarray(8000), buffer.subarray(written));
    const steps = buffer.subarray(100, written).map((sample, i) => sample - buffer[99 + i]!);
    // The steepest step of the sine itself.
    expect(peak(steps)).toBeLessThan(1.01 * 2 * Math.PI * (200 / 16_000));
  });

  test("is asked for when the resampler is made", () => {
    expect(() => new Resampler(44_101, 16_000).stretch(0.001)).toThrow(RangeError);
  });
});

function run(
  inputRateHz: number,
  outputRateHz: number,
  input: Float32Array,
  chunkSamples = input.length || 1,
): Float32Array {
  return drain(new Resampler(inputRateHz, outputRateHz), input, chunkSamples);
}

function drain(resampler: Resampler, input: Float32Array, chunkSamples = input.length || 1): Float32Array {
  const output = new Float32Array(resampler.maxOutputSamples(input.length));
  const buffer = new Float32Array(resampler.maxOutputSamples(chunkSamples));
  let length = 0;
  const keep = (written: number) => {
    output.set(buffer.subarray(0, written), length);
    length += written;
  };
  for (let at = 0; at < input.length; at += chunkSamples) {
    keep(resampler.process(input.subarray(at, at + chunkSamples), buffer));
  }
  keep(resampler.flush(buffer));
  return output.slice(0, length);
}

function sine(frequencyHz: number, rateHz: number, samples: number): Float32Array {
  return Float32Array.from({ length: Math.ceil(samples) }, (_, i) =>
    Math.sin((2 * Math.PI * frequencyHz * i) / rateHz),
  );
}

/** Uniform, the same every time. */
function noise(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Without the edges, where the filter meets silence. */
function inner(samples: Float32Array): Float32Array {
  return samples.subarray(samples.length >> 3, samples.length - (samples.length >> 3));
}

function peak(samples: Float32Array): number {
  return samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, sample, i) => Math.max(largest, Math.abs(sample - b[i]!)), 0);
}

function toDecibels(amplitude: number): number {
  return 20 * Math.log10(Math.max(Math.abs(amplitude), 1e-12));
}

/** Amplitude at one frequency, through a Hann window. */
function toneAmplitude(samples: Float32Array, rateHz: number, frequencyHz: number): number {
  const part = inner(samples);
  let real = 0;
  let imaginary = 0;
  for (let i = 0; i < part.length; i++) {
    const windowed = part[i]! * (1 - Math.cos((2 * Math.PI * i) / part.length));
    real += windowed * Math.cos((2 * Math.PI * frequencyHz * i) / rateHz);
    imaginary += windowed * Math.sin((2 * Math.PI * frequencyHz * i) / rateHz);
  }
  return (2 * Math.hypot(real, imaginary)) / part.length;
}

function weightedCentre(samples: Float32Array): number {
  let weight = 0;
  let moment = 0;
  for (let i = 0; i < samples.length; i++) {
    const energy = samples[i]! * samples[i]!;
    weight += energy;
    moment += energy * i;
  }
  return moment / weight;
}
