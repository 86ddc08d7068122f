import { afterEach, describe, expect, test } from "vitest";
import { LogMel } from "../../src/dsp/mel.js";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { MelHistory } from "../../src/pipeline/mel-history.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../../src/units.js";

const N_MELS = 80;
/** 70 s: more than the history's first room. */
const SAMPLES = noise(70 * SAMPLE_RATE_HZ);
const CHUNK = 8000;
const reference = allColumns(SAMPLES);

let history: MelHistory;
afterEach(() => history.free());

describe("columns of any part", () => {
  check("the start", 0, 100);
  check("a window", 1000, 4000);
  check("nothing", 300, 300);
  check("one", 4567, 4568);
  check("past the first room", 4400, 6000);
  check("past the end: what there is", 6990, 8000);

  function check(name: string, startFrame: number, endFrame: number) {
    test(name, () => {
      history = new MelHistory(N_MELS);
      pushInChunks(SAMPLES, CHUNK);
      history.flush();
      expectColumns(startFrame, endFrame);
    });
  }
});

test("one large chunk gives the same as many", () => {
  history = new MelHistory(N_MELS);
  history.push(SAMPLES);
  history.flush();
  expectColumns(0, history.endFrame);
});

test("the end grows with the samples, some columns late", () => {
  history = new MelHistory(N_MELS);
  expect(history.endFrame).toBe(0);
  history.push(SAMPLES.subarray(0, CHUNK));
  const frames = CHUNK / HOP_SAMPLES;
  expect(history.endFrame).toBeGreaterThan(frames - 3);
  expect(history.endFrame).toBeLessThanOrEqual(frames);
  history.flush();
  expect(history.endFrame).toBeGreaterThanOrEqual(frames);
});

test("what is dropped is gone, what is kept stays the same", () => {
  history = new MelHistory(N_MELS);
  let dropped = 0;
  for (let at = 0; at < SAMPLES.length; at += CHUNK) {
    history.push(SAMPLES.subarray(at, at + CHUNK));
    // As a window of up to 20 s would leave it.
    dropped = Math.max(0, history.endFrame - 2000);
    history.dropBefore(dropped);
    expectColumns(dropped, history.endFrame);
  }
  expect(() => history.slice(0, 10)).toThrow(RangeError);
  history.dropBefore(0);
  expectColumns(dropped, history.endFrame);
});

test("all can be dropped, and more than there is", () => {
  history = new MelHistory(N_MELS);
  history.push(SAMPLES.subarray(0, 30 * SAMPLE_RATE_HZ));
  history.dropBefore(1_000_000);
  const end = history.endFrame;
  history.push(SAMPLES.subarray(30 * SAMPLE_RATE_HZ, 32 * SAMPLE_RATE_HZ));
  expectColumns(end, history.endFrame);
});

test("a view is what lies there, and no copy", () => {
  history = new MelHistory(N_MELS);
  history.push(SAMPLES.subarray(0, SAMPLE_RATE_HZ));
  const view = history.view(10, 20);
  expect(view).toEqual(history.slice(10, 20));
  expect(view.buffer).toBe(history.view(30, 40).buffer);
  expect(() => history.view(-1, 5)).toThrow(RangeError);
});

test("a slice is the reader's own", () => {
  history = new MelHistory(N_MELS);
  history.push(SAMPLES.subarray(0, SAMPLE_RATE_HZ));
  const mine = history.slice(10, 20);
  mine.fill(99);
  expectColumns(10, 20);
});

describe("samples that turn out to be others", () => {
  const FRAME = 512;
  const END = 94 * FRAME;
  const falseFrom = (frame: number) =>
    SAMPLES.slice(0, END).map((value, i) => (i < frame * FRAME ? value : 0.01 * value));
  const trueFrames = (from: number, to = END / FRAME) =>
    Array.from({ length: to - from }, (_, i) => SAMPLES.slice((from + i) * FRAME, (from + i + 1) * FRAME));

  test("have the columns that they would have had, but for a few at the borders", () => {
    history = new MelHistory(N_MELS);
    history.push(falseFrom(40));
    history.revise(trueFrames(40));
    const first = Math.ceil((40 * FRAME) / HOP_SAMPLES);
    expectColumns(0, first - 2);
    expectColumns(first + 2, history.endFrame);
    const last = history.endFrame;
    history.push(SAMPLES.subarray(END, END + FRAME));
    expectColumns(last + 3, history.endFrame);
  });

  test("as far as their columns are still here", () => {
    history = new MelHistory(N_MELS);
    history.push(falseFrom(0));
    history.dropBefore(200);
    history.revise(trueFrames(0));
    expectColumns(history.firstFrame, history.endFrame);
  });

  test("few of them change nothing, none at all neither", () => {
    history = new MelHistory(N_MELS);
    history.push(SAMPLES.subarray(0, END));
    history.revise([]);
    history.revise(trueFrames(93));
    expectColumns(0, history.endFrame);
  });
});

function pushInChunks(samples: Float32Array, size: number): void {
  for (let at = 0; at < samples.length; at += size) history.push(samples.subarray(at, at + size));
}

function expectColumns(startFrame: number, endFrame: number): void {
  const expected = reference.subarray(startFrame * N_MELS, Math.min(endFrame, history.endFrame) * N_MELS);
  const got = history.slice(startFrame, endFrame);
  expect(got.length).toBe(expected.length);
  expect(Buffer.compare(Buffer.from(got.buffer), bytesOf(expected))).toBe(0);
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function allColumns(samples: Float32Array): Float32Array {
  const mel = new LogMel(N_MELS);
  const columns = new Float32Array((mel.maxColumns(samples.length) + mel.maxColumns(0)) * N_MELS);
  const pushed = mel.push(samples, columns);
  mel.flush(columns.subarray(pushed * N_MELS));
  mel.free();
  return columns;
}

function noise(length: number): Float32Array {
  const random = seededRandom(2);
  return Float32Array.from({ length }, () => random() - 0.5);
}
