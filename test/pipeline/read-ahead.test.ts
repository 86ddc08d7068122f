import { setImmediate as settled } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { readAhead } from "../../src/pipeline/read-ahead.js";

class Source {
  made = 0;
  isReturned = false;
  readonly #count: number;
  readonly #failsAt: number;

  constructor(count: number, failsAt = Number.POSITIVE_INFINITY) {
    this.#count = count;
    this.#failsAt = failsAt;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    try {
      for (; this.made < this.#count; ) {
        if (this.made === this.#failsAt) throw new Error(`item ${this.made}`);
        yield this.made++;
      }
    } finally {
      this.isReturned = true;
    }
  }
}

test("one item is made ahead, and no more", async () => {
  const source = new Source(4);
  const taken: [item: number, made: number][] = [];
  for await (const item of readAhead(source, () => {})) {
    await settled();
    taken.push([item, source.made]);
  }
  expect(taken).toEqual([
    [0, 2],
    [1, 3],
    [2, 4],
    [3, 4],
  ]);
});

describe("the last one is told of while it is worked on", () => {
  test("of three", async () => {
    let isLast = false;
    const seen: boolean[] = [];
    const items = readAhead(new Source(3), () => {
      isLast = true;
    });
    for await (const _ of items) {
      await settled();
      seen.push(isLast);
    }
    expect(seen).toEqual([false, false, true]);
  });

  test("of none", async () => {
    let told = 0;
    for await (const _ of readAhead(new Source(0), () => told++)) throw new Error("an item of none");
    expect(told).toBe(1);
  });
});

test("a failure is met behind the items before it, and is no last one", async () => {
  let isLast = false;
  const items = readAhead(new Source(3, 2), () => {
    isLast = true;
  });
  expect((await items.next()).value).toBe(0);
  await settled();
  expect((await items.next()).value).toBe(1);
  await settled();
  await expect(items.next()).rejects.toThrow("item 2");
  expect(isLast).toBe(false);
});

test("who leaves early lets the source go", async () => {
  const source = new Source(9);
  for await (const _ of readAhead(source, () => {})) break;
  expect(source.isReturned).toBe(true);
});
