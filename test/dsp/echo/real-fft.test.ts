import { describe, expect, test } from "vitest";
import { RealFft } from "../../../src/dsp/echo/real-fft.js";
import { seededRandom } from "../../../src/model/decoding/sampling.js";

/** By definition, in the time that takes. */
function transform(samples: Float64Array): Float64Array {
  const spectrum = new Float64Array(samples.length + 2);
  for (let bin = 0; bin <= samples.length / 2; bin++) {
    samples.forEach((sample, i) => {
      const angle = (-2 * Math.PI * bin * i) / samples.length;
      spectrum[2 * bin]! += sample * Math.cos(angle);
      spectrum[2 * bin + 1]! += sample * Math.sin(angle);
    });
  }
  return spectrum;
}

describe.each([4, 8, 64, 512])("of %i samples", (size) => {
  const random = seededRandom(size);
  const samples = Float64Array.from({ length: size }, () => random() - 0.5);
  const fft = new RealFft(size);
  const spectrum = new Float64Array(size + 2);

  test("is the transform by definition", () => {
    fft.forward(samples, spectrum);
    const expected = transform(samples);
    spectrum.forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 10));
  });

  test("goes there and back", () => {
    const back = new Float64Array(size);
    fft.forward(samples, spectrum);
    fft.inverse(spectrum, back);
    back.forEach((value, i) => void expect(value).toBeCloseTo(samples[i]!, 12));
  });
});
