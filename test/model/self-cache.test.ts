import { describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { CrossCache, SelfCache } from "../../src/model/caches.js";
import { readWhisperConfig } from "../../src/model/whisper-config.js";

const HEADS = 2;
const HEAD_SIZE = 4;
const CONFIG = {
  ...readWhisperConfig(packagePath("models/whisper-base-int8")),
  decoderLayers: 2,
  decoderHeads: HEADS,
  headSize: HEAD_SIZE,
  maxAudioPositions: 3,
};

/** What each row of a SelfCache must hold: numbers that stand for tokens. */
class Expected {
  readonly cache: SelfCache;
  readonly rows: number[][];

  constructor(rows: number) {
    this.cache = new SelfCache(CONFIG, rows);
    this.rows = Array.from({ length: rows }, () => []);
  }

  /** A step: new tokens of rows that follow each other, equally many each. */
  append(firstRow: number, tokens: readonly (readonly number[])[]): void {
    const pastLengths = tokens.map((_, i) => this.rows[firstRow + i]!.length);
    const count = tokens[0]!.length;
    this.cache.reserve(Math.max(...pastLengths) + count);
    const entries: Record<string, { data: Float32Array }> = {};
    for (const name of ["k_0", "v_0", "k_1", "v_1"]) {
      const data = tokens.flatMap((own) =>
        Array.from({ length: HEADS }, (_, head) => own.flatMap((token) => entryOf(name, head, token))).flat(),
      );
      entries[`new_${name}`] = { data: Float32Array.from(data) };
    }
    this.cache.append(entries, firstRow, pastLengths, count);
    for (const [i, own] of tokens.entries()) this.rows[firstRow + i]!.push(...own);
  }

  copyRow(from: number, to: number): void {
    this.cache.copyRow(from, to, this.rows[from]!.length);
    this.rows[to] = [...this.rows[from]!];
  }

  check(): void {
    const { capacity } = this.cache;
    for (const [name, { data, dims }] of Object.entries(this.cache.first(this.rows.length))) {
      expect(dims).toEqual([this.rows.length, HEADS, capacity, HEAD_SIZE]);
      for (const [row, tokens] of this.rows.entries()) {
        for (let head = 0; head < HEADS; head++) {
          const start = (row * HEADS + head) * capacity * HEAD_SIZE;
          const held = (data as Float32Array).subarray(start, start + tokens.length * HEAD_SIZE);
          const expected = tokens.flatMap((token) => entryOf(name.replace("past_", ""), head, token));
          expect(held).toEqual(Float32Array.from(expected));
        }
      }
    }
  }
}

describe("self-attention", () => {
  test("rows of different length grow past the first room, each in its place", () => {
    const expected = new Expected(3);
    expected.append(0, [[1, 2, 3]]);
    expected.append(2, [[7]]);
    for (let step = 0; step < 70; step++) expected.append(0, [[100 + step], [200 + step], [300 + step]]);
    expected.check();
    expect(expected.cache.capacity).toBeGreaterThanOrEqual(73);
  });

  test("a copied row goes its own way", () => {
    const expected = new Expected(3);
    expected.append(0, [[1, 2, 3]]);
    expected.copyRow(0, 1);
    expected.copyRow(0, 2);
    expected.append(0, [[4], [5], [6]]);
    expected.copyRow(2, 0);
    expected.append(0, [[7], [8], [9]]);
    expected.check();
    expect(expected.rows).toEqual([
      [1, 2, 3, 6, 7],
      [1, 2, 3, 5, 8],
      [1, 2, 3, 6, 9],
    ]);
  });

  test("room is given back when only short rows are left, and nothing of them is lost", () => {
    const expected = new Expected(2);
    for (let step = 0; step < 120; step++) expected.append(0, [[step]]);
    expected.append(1, [[1000, 1001]]);
    const { capacity } = expected.cache;
    expected.rows[0] = expected.rows[0]!.slice(0, 5);
    expected.cache.fit(6);
    expect(expected.cache.capacity).toBeLessThan(capacity);
    expect(expected.cache.capacity).toBeGreaterThanOrEqual(6);
    expected.append(0, [[2000], [2001]]);
    expected.check();
  });

  test("one row is a view of the same memory", () => {
    const expected = new Expected(3);
    expected.append(0, [[1], [2], [3]]);
    const whole = expected.cache.first(3).past_k_1!.data as Float32Array;
    const one = expected.cache.one(1).past_k_1!;
    expect(one.dims[0]).toBe(1);
    const rowFloats = HEADS * expected.cache.capacity * HEAD_SIZE;
    expect(one.data).toEqual(whole.subarray(rowFloats, 2 * rowFloats));
    expect((one.data as Float32Array).buffer).toBe(whole.buffer);
  });
});

describe("cross-attention", () => {
  test("a slot is written by itself and copied whole", () => {
    const cache = new CrossCache(CONFIG, 3);
    const fill = (slot: number, value: number) => {
      for (const { data } of Object.values(cache.one(slot))) (data as Float32Array).fill(value);
    };
    fill(0, 1);
    fill(1, 2);
    fill(2, 3);
    cache.copySlot(2, 0);
    const { cross_k_0: keys, cross_v_1: values } = cache.first(2);
    expect(keys!.dims).toEqual([2, HEADS, 3, HEAD_SIZE]);
    expect(values!.dims).toEqual([2, HEADS, HEAD_SIZE, 3]);
    for (const { data } of [keys!, values!]) {
      const half = data.length / 2;
      expect(new Set((data as Float32Array).subarray(0, half))).toEqual(new Set([3]));
      expect(new Set((data as Float32Array).subarray(half))).toEqual(new Set([2]));
    }
  });
});

/** Different for each tensor, head, token and place within the head. */
function entryOf(name: string, head: number, token: number): number[] {
  const tensor = ["k_0", "v_0", "k_1", "v_1"].indexOf(name);
  return Array.from({ length: HEAD_SIZE }, (_, i) => token * 100 + tensor * 20 + head * 10 + i);
}
