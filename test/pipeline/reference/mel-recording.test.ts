import { expect, test } from "vitest";
import { assembleWindow, LogMel } from "../../../src/dsp/mel.js";
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import { MelRecording } from "../../../src/pipeline/reference/mel-recording.js";
import { SAMPLE_RATE_HZ, WINDOW_FRAMES } from "../../../src/units.js";

const N_MELS = 80;

test("a short recording in chunks: the window that a single one makes, silence behind it", () => {
  const samples = noise(4 * SAMPLE_RATE_HZ + 80, 0.1);
  const mel = recordingOf([samples.subarray(0, 30_001), samples.subarray(30_001)]);
  expect(mel.contentFrames).toBe(400);
  const stream = new LogMel(N_MELS);
  const columns = new Float32Array(600 * N_MELS);
  let count = stream.push(samples, columns);
  count += stream.flush(columns.subarray(count * N_MELS));
  stream.free();
  const expected = new Float32Array(N_MELS * WINDOW_FRAMES);
  assembleWindow(columns, count, N_MELS, expected);
  expect(mel.window(0, WINDOW_FRAMES, true)).toEqual(expected);
  mel.free();
});

test("frames behind the window's are zero, as pad_or_trim leaves them", () => {
  const mel = recordingOf([noise(10 * SAMPLE_RATE_HZ, 0.1)]);
  const window = mel.window(200, 300);
  for (let band = 0; band < N_MELS; band++) {
    const row = window.subarray(band * WINDOW_FRAMES, (band + 1) * WINDOW_FRAMES);
    expect(row.subarray(0, 300).some((value) => value === 0)).toBe(false);
    expect(row.subarray(300).every((value) => value === 0)).toBe(true);
  }
  mel.free();
});

test("the loudest part of the whole recording sets the floor of every window", () => {
  const quiet = noise(40 * SAMPLE_RATE_HZ, 1e-6);
  const alone = recordingOf([quiet]);
  const beside = recordingOf([quiet, noise(SAMPLE_RATE_HZ, 0.5)]);
  const least = (mel: MelRecording) => Math.min(...mel.window(1000, 100).subarray(0, 100));
  expect(least(beside)).toBeGreaterThan(least(alone));
  expect(beside.contentFrames).toBe(4100);
  // A window over the border of two blocks.
  expect(
    beside
      .window(2990, 30)
      .subarray(0, 30)
      .every((value) => value !== 0),
  ).toBe(true);
  alone.free();
  beside.free();
});

function recordingOf(chunks: readonly Float32Array[]): MelRecording {
  const mel = new MelRecording(N_MELS);
  for (const chunk of chunks) mel.push(chunk);
  mel.end();
  return mel;
}

function noise(samples: number, amplitude: number): Float32Array {
  const random = seededRandom(samples);
  return Float32Array.from({ length: samples }, () => amplitude * (random() - 0.5));
}
