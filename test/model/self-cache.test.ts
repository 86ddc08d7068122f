import { describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { SelfCache } from "../../src/model/self-cache.js";
import { readWhisperConfig } from "../../src/model/whisper-config.js";

const HEADS = 2;
const HEAD_SIZE = 4;
const NAMES = ["k_0", "v_0", "k_1", "v_1"];
const CONFIG = {
  ...readWhisperConfig(packagePath("models/whisper-base-int8")),
  decoderLayers: 2,
  decoderHeads: HEADS,
  headSize: HEAD_SIZE,
};

/** What a SelfCache must hold: numbers that stand for tokens, by window and row. */
class Expected {
  readonly cache: SelfCache;
  readonly windows: number[][][];

  constructor(windows: number, rows: number) {
    this.cache = new SelfCache(CONFIG, windows, "float32");
    this.windows = Array.from({ length: windows }, () => Array.from({ length: rows }, () => []));
  }

  /** A step of windows from `firstWindow` on: new tokens [window][row][token]. */
  step(firstWindow: number, added: readonly (readonly (readonly number[])[])[]): void {
    const shape = {
      firstWindow,
      windows: added.length,
      rowsPerWindow: added[0]!.length,
      tokens: added[0]![0]!.length,
    };
    const feeds = this.cache.feeds(shape);
    for (const [i, rows] of added.entries()) {
      for (const [row, tokens] of rows.entries()) {
        for (let token = 0; token < tokens.length; token++) {
          this.#expectSeen(feeds, i, row * tokens.length + token, {
            past: this.windows[firstWindow + i]![row]!,
            ownColumns: Array.from({ length: token + 1 }, (_, own) => row * tokens.length + own),
          });
        }
      }
    }
    const entries = Object.fromEntries(
      NAMES.map((name) => {
        const data = added.flatMap((rows) =>
          Array.from({ length: HEADS }, (_, head) =>
            rows.flat().flatMap((token) => entryOf(name, head, token)),
          ).flat(),
        );
        return [`new_${name}`, { data: Float32Array.from(data) }];
      }),
    );
    this.cache.append(entries, shape);
    for (const [i, rows] of added.entries()) {
      for (const [row, tokens] of rows.entries()) this.windows[firstWindow + i]![row]!.push(...tokens);
    }
  }

  copyRow(window: number, from: number, to: number): void {
    this.cache.copyRow(window, from, to);
    this.windows[window]![to] = [...this.windows[window]![from]!];
  }

  truncateRow(window: number, row: number, length: number): void {
    this.cache.truncateRow(window, row, length);
    this.windows[window]![row]!.length = length;
  }

  /** That a column attends to the tokens of its row, and to nothing else. */
  #expectSeen(
    feeds: ReturnType<SelfCache["feeds"]>,
    window: number,
    column: number,
    { past, ownColumns }: { readonly past: readonly number[]; readonly ownColumns: readonly number[] },
  ): void {
    const { data, dims } = feeds.self_bias!;
    const [, , columns, width] = dims as [number, number, number, number];
    const capacity = width - columns;
    const bias = (data as Float32Array).subarray((window * columns + column) * width).subarray(0, width);
    const seen = [...bias.keys()].filter((place) => bias[place] === 0);
    expect(seen.filter((place) => place >= capacity).map((place) => place - capacity)).toEqual(ownColumns);
    for (const name of NAMES) {
      const pool = feeds[`past_${name}`]!;
      expect(pool.dims.slice(1)).toEqual([HEADS, capacity, HEAD_SIZE]);
      for (let head = 0; head < HEADS; head++) {
        const entries = seen
          .filter((place) => place < capacity)
          .map((place) => {
            const start = ((window * HEADS + head) * capacity + place) * HEAD_SIZE;
            return Array.from((pool.data as Float32Array).subarray(start, start + HEAD_SIZE)).join();
          });
        const expected = past.map((token) => entryOf(name, head, token).join());
        expect(entries.toSorted()).toEqual(expected.toSorted());
      }
    }
  }
}

describe("each row sees its own tokens", () => {
  test("past the first room", () => {
    const expected = new Expected(1, 3);
    for (let step = 0; step < 70; step++) expected.step(0, [[[100 + step], [200 + step], [300 + step]]]);
    expect(expected.cache.capacity).toBeGreaterThanOrEqual(210);
    expect(expected.cache.lengthOf(0, 2)).toBe(70);
  });

  test("some tokens at once see those before them", () => {
    const expected = new Expected(1, 2);
    expected.step(0, [[[1, 2, 3]]]);
    expected.copyRow(0, 0, 1);
    expected.step(0, [
      [
        [4, 5],
        [6, 7],
      ],
    ]);
    expected.step(0, [[[8], [9]]]);
  });

  test("a row that was cut goes on from there", () => {
    const expected = new Expected(2, 1);
    expected.step(0, [[[1, 2, 3]], [[4, 5, 6]]]);
    expected.truncateRow(1, 0, 1);
    expected.step(1, [[[7, 8]]]);
    expected.step(0, [[[9]], [[10]]]);
    expect(expected.windows).toEqual([[[1, 2, 3, 9]], [[4, 7, 8, 10]]]);
  });

  test("a copied row goes its own way", () => {
    const expected = new Expected(2, 3);
    expected.step(1, [[[1, 2, 3]]]);
    expected.copyRow(1, 0, 1);
    expected.copyRow(1, 0, 2);
    expected.step(1, [[[4], [5], [6]]]);
    expected.copyRow(1, 2, 0);
    expected.step(1, [[[7], [8], [9]]]);
    expected.step(0, [
      [[10], [11], [12]],
      [[13], [14], [15]],
    ]);
    expect(expected.windows[1]).toEqual([
      [1, 2, 3, 6, 7, 13],
      [1, 2, 3, 5, 8, 14],
      [1, 2, 3, 6, 9, 15],
    ]);
  });

  test("a window that moves into the place of another", () => {
    const expected = new Expected(2, 2);
    expected.step(0, [
      [[1], [2]],
      [[3], [4]],
    ]);
    expected.cache.moveWindow(1, 0);
    expected.windows[0] = expected.windows[1]!;
    expected.windows[1] = [[], []];
    expected.step(0, [
      [[5], [6]],
      [[7], [8]],
    ]);
  });
});

test("rows that share their tokens, as beams do, take hardly more room than one", () => {
  const expected = new Expected(1, 5);
  for (let step = 0; step < 120; step++) {
    expected.step(0, [Array.from({ length: 5 }, (_, row) => [step * 5 + row])]);
    for (let row = 1; row < 5; row++) expected.copyRow(0, 0, row);
  }
  expect(expected.cache.capacity).toBe(128);
});

test("room is given back when a window begins anew", () => {
  const expected = new Expected(1, 2);
  for (let step = 0; step < 150; step++) expected.step(0, [[[step], [1000 + step]]]);
  const { capacity } = expected.cache;
  expected.cache.clear(0);
  expected.windows[0] = [[], []];
  expected.step(0, [[[1], [2]]]);
  expected.step(0, [[[3], [4]]]);
  expect(expected.cache.capacity).toBeLessThan(capacity);
});

/** Different for each tensor, head, token and place within the head. */
function entryOf(name: string, head: number, token: number): number[] {
  return Array.from({ length: HEAD_SIZE }, (_, i) => token * 100 + NAMES.indexOf(name) * 20 + head * 10 + i);
}
