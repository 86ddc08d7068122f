import { expect, test } from "vitest";
import { Spectrum } from "../../../src/pipeline/live/spectrum.js";

const N_MELS = 80;

function frames(count: number, levelOf: (mel: number) => number): Float32Array {
  return Float32Array.from({ length: count * N_MELS }, (_, i) => levelOf(i % N_MELS));
}

test("five frames are a column of forty bands; what is left over waits", () => {
  const spectrum = new Spectrum(N_MELS);
  const columns = spectrum.take(frames(12, () => 2));
  expect(columns.map((column) => column.length)).toEqual([40, 40]);
  expect(spectrum.nextFrame).toBe(10);
});

test("silence is 0, loud speech 255, and nothing leaves that range", () => {
  const [column] = new Spectrum(N_MELS).take(frames(5, (mel) => (mel < 40 ? -20 : 20)));
  expect([...column!]).toEqual([...new Array(20).fill(0), ...new Array(20).fill(255)]);
});

test("a band has its loudest mel", () => {
  const [column] = new Spectrum(N_MELS).take(frames(5, (mel) => (mel === 7 ? -1 : -4)));
  expect(column![3]).toBe(128);
  expect(column!.filter((value) => value > 0)).toHaveLength(1);
});
