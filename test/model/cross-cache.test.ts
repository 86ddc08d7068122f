import { expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { CrossCache } from "../../src/model/cross-cache.js";
import { readWhisperConfig } from "../../src/model/whisper-config.js";

const HEADS = 2;
const HEAD_SIZE = 4;
const FRAMES = 5;
const CONFIG = {
  ...readWhisperConfig(packagePath("models/whisper-base-int8")),
  decoderLayers: 2,
  decoderHeads: HEADS,
  headSize: HEAD_SIZE,
  maxAudioPositions: FRAMES,
};

/** Keys and values of frames `first` and on: each number says where it belongs. */
function partOf(window: number, first: number, count: number) {
  const numbers = (shape: readonly number[], at: (head: number, b: number, c: number) => number) => {
    const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
    const [heads, rows, columns] = shape as [number, number, number];
    for (let head = 0; head < heads; head++) {
      for (let b = 0; b < rows; b++) {
        for (let c = 0; c < columns; c++) data[(head * rows + b) * columns + c] = at(head, b, c);
      }
    }
    return { data };
  };
  const part: Record<string, { data: Float32Array }> = {};
  for (let layer = 0; layer < 2; layer++) {
    const place = (head: number, frame: number, k: number) =>
      window * 1e5 + layer * 1e4 + head * 1e3 + (first + frame) * 10 + k;
    part[`cross_k_${layer}`] = numbers([HEADS, count, HEAD_SIZE], (head, frame, k) => place(head, frame, k));
    part[`cross_v_${layer}`] = numbers([HEADS, HEAD_SIZE, count], (head, k, frame) => place(head, frame, k));
  }
  return part;
}

function dataOf(feeds: ReturnType<CrossCache["one"]>): number[][] {
  return Object.values(feeds).map(({ data }) => Array.from(data as Float32Array));
}

function wholeOf(window: number): number[][] {
  return Object.values(partOf(window, 0, FRAMES)).map(({ data }) => Array.from(data));
}

test("written a part of the frames at a time, a slot is as if written at once", () => {
  const cache = new CrossCache(CONFIG, 2, "float32");
  for (const [first, count] of [
    [0, 2],
    [2, 2],
    [4, 1],
  ] as const)
    cache.write(partOf(7, first, count), 1, first, count);
  expect(dataOf(cache.one(1))).toEqual(wholeOf(7));
  expect(cache.one(1).cross_k_1!.dims).toEqual([1, HEADS, FRAMES, HEAD_SIZE]);
  expect(cache.one(1).cross_v_0!.dims).toEqual([1, HEADS, HEAD_SIZE, FRAMES]);
  expect(new Set(dataOf(cache.one(0)).flat())).toEqual(new Set([0]));
});

test("a shorter window has shorter keys and values", () => {
  const cache = new CrossCache(CONFIG, 1, "float32", 2);
  cache.write(partOf(7, 0, 2), 0, 0, 2);
  expect(cache.one(0).cross_k_0!.dims).toEqual([1, HEADS, 2, HEAD_SIZE]);
  expect(dataOf(cache.one(0))).toEqual(Object.values(partOf(7, 0, 2)).map(({ data }) => Array.from(data)));
});

test("where there is one slot, what comes whole is kept where it is, until the next comes", () => {
  const cache = new CrossCache(CONFIG, 1, "float32");
  const [first, second] = [partOf(7, 0, FRAMES), partOf(8, 0, FRAMES)];
  cache.write(first, 0, 0, FRAMES);
  expect(cache.first(1).cross_k_1!.data).toEqual(first.cross_k_1!.data);
  expect((cache.one(0).cross_k_1!.data as Float32Array).buffer).toBe(first.cross_k_1!.data.buffer);
  cache.write(second, 0, 0, FRAMES);
  expect(first.cross_k_1!.data).toHaveLength(0);
  expect(dataOf(cache.first(1))).toEqual(wholeOf(8));
  cache.discard();
  expect(second.cross_v_0!.data).toHaveLength(0);
});

test("slots lie one behind the other, and are copied whole", () => {
  const cache = new CrossCache(CONFIG, 3, "float32");
  for (let slot = 0; slot < 3; slot++) cache.write(partOf(slot, 0, FRAMES), slot, 0, FRAMES);
  cache.copySlot(2, 0);
  const [two, one] = [wholeOf(2), wholeOf(1)];
  expect(dataOf(cache.first(2))).toEqual(two.map((data, i) => [...data, ...one[i]!]));
  expect(cache.first(2).cross_k_0!.dims).toEqual([2, HEADS, FRAMES, HEAD_SIZE]);
});

test("as bytes: keys and values alike, and what they mean", () => {
  const cache = new CrossCache(CONFIG, 2, "int8");
  const length = HEADS * FRAMES * HEAD_SIZE;
  const part: Record<string, { data: Uint8Array | Int8Array | Float32Array }> = {};
  for (let layer = 0; layer < 2; layer++) {
    part[`cross_k_${layer}`] = { data: Uint8Array.from({ length }, (_, i) => 200 + layer + (i % 50)) };
    part[`cross_v_${layer}`] = { data: Int8Array.from({ length }, (_, i) => -layer - i) };
  }
  part.cross_ranges = { data: Float32Array.from({ length: 6 * CONFIG.dModel }, (_, i) => i / 7) };
  const expected = structuredClone(part);
  cache.write(part, 1, 0, FRAMES);
  cache.copySlot(1, 0);
  for (const slot of [0, 1]) {
    for (const [name, tensor] of Object.entries(cache.one(slot)))
      expect(tensor.data).toEqual(expected[name]!.data);
  }
  expect(cache.first(2).cross_v_1).toMatchObject({ type: "int8", dims: [2, HEADS, FRAMES, HEAD_SIZE] });
  expect(cache.first(2).cross_ranges).toMatchObject({ type: "float32", dims: [2, 6, CONFIG.dModel] });
});
