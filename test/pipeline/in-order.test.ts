import { describe, expect, test } from "vitest";
import { inOrder } from "../../src/pipeline/in-order.js";

/** Work whose ends the test decides: what has begun, and a way to end each. */
class ManualWork {
  readonly begun: number[] = [];
  readonly #ends = new Map<number, { resolve: (result: string) => void; reject: (error: Error) => void }>();

  readonly run = (item: number): Promise<string> => {
    this.begun.push(item);
    return new Promise((resolve, reject) => this.#ends.set(item, { resolve, reject }));
  };

  end(item: number): void {
    this.#ends.get(item)!.resolve(`r${item}`);
  }

  fail(item: number): void {
    this.#ends.get(item)!.reject(new Error(`item ${item}`));
  }
}

/** 0, 1, 2 … as fast as they are asked for. */
class Items {
  asked = 0;
  isReturned = false;

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    try {
      while (this.asked < 6) yield this.asked++;
    } finally {
      this.isReturned = true;
    }
  }
}

describe("results come in the order of the items", () => {
  check("ended in order", [0, 1, 2, 3, 4, 5], 6);
  check("ended in reverse", [5, 4, 3, 2, 1, 0], 6);
  check("ended crosswise, three at once", [1, 2, 0, 4, 3, 5], 3);
  check("one at a time", [0, 1, 2, 3, 4, 5], 1);

  function check(name: string, ends: readonly number[], concurrency: number) {
    test(name, async () => {
      const work = new ManualWork();
      const results = collect(inOrder(new Items(), work.run, concurrency));
      for (const item of ends) {
        await settled();
        work.end(item);
      }
      expect(await results).toEqual(["r0", "r1", "r2", "r3", "r4", "r5"]);
    });
  }
});

test("no items, no results", async () => {
  const none: AsyncIterable<number> = (async function* () {})();
  expect(await collect(inOrder(none, new ManualWork().run, 3))).toEqual([]);
});

test("so many are under way and no more; a result that is not taken holds up the reading", async () => {
  const items = new Items();
  const work = new ManualWork();
  const results = inOrder(items, work.run, 2);
  await settled();
  expect(items.asked).toBe(0);

  const first = results.next();
  await settled();
  expect(work.begun).toEqual([0, 1]);
  expect(items.asked).toBe(2);
  // The second ends first: it still holds its place.
  work.end(1);
  await settled();
  expect(work.begun).toEqual([0, 1]);
  work.end(0);
  expect(await first).toEqual({ done: false, value: "r0" });
  await settled();
  expect(work.begun.length).toBeLessThanOrEqual(3);
  expect(items.asked).toBeLessThanOrEqual(3);
  await results.return(undefined);
});

test("a long item does not stop the work behind it, until as many results wait for its own", async () => {
  const items = new Items();
  const work = new ManualWork();
  const results = inOrder(items, work.run, 2);
  const first = results.next();
  await settled();
  work.end(0);
  await first;
  const second = results.next();
  await settled();
  for (const [ended, begun] of [
    [2, [0, 1, 2, 3]],
    [3, [0, 1, 2, 3, 4]],
    [4, [0, 1, 2, 3, 4]],
  ] as const) {
    expect(work.begun).toContain(ended);
    work.end(ended);
    await settled();
    expect(work.begun).toEqual(begun);
  }
  work.end(1);
  expect(await second).toEqual({ done: false, value: "r1" });
  await results.return(undefined);
});

test("a result is there before the next item is", async () => {
  const work = new ManualWork();
  const results = inOrder(slowItems(), work.run, 3);
  const first = results.next();
  await settled();
  work.end(0);
  expect(await first).toEqual({ done: false, value: "r0" });

  /** One item, and then none for ever. */
  async function* slowItems(): AsyncGenerator<number> {
    yield 0;
    await new Promise(() => {});
  }
});

test("a failure surfaces at its item's place, after the results before it", async () => {
  const items = new Items();
  const work = new ManualWork();
  const results = inOrder(items, work.run, 3);
  const first = results.next();
  await settled();
  work.fail(1);
  await settled();
  work.end(0);
  expect(await first).toEqual({ done: false, value: "r0" });
  await expect(results.next()).rejects.toThrow("item 1");
  expect(items.isReturned).toBe(true);
  expect(await results.next()).toEqual({ done: true, value: undefined });
});

test("the first alone: nothing else is begun before its result", async () => {
  const work = new ManualWork();
  const results = inOrder(new Items(), work.run, 3, 1);
  const first = results.next();
  await settled();
  expect(work.begun).toEqual([0]);
  work.end(0);
  expect(await first).toEqual({ done: false, value: "r0" });
  const second = results.next();
  await settled();
  await settled();
  expect(work.begun.length).toBeGreaterThan(1);
  work.end(1);
  await second;
});

test("a failure of the items surfaces", async () => {
  const work = new ManualWork();
  const results = inOrder(failingItems(), work.run, 3);
  await expect(results.next()).rejects.toThrow("no more items");
  expect(work.begun).toEqual([0]);

  async function* failingItems(): AsyncGenerator<number> {
    yield 0;
    throw new Error("no more items");
  }
});

test("leaving early ends the items", async () => {
  const items = new Items();
  const work = new ManualWork();
  const ending = settled().then(() => work.end(0));
  for await (const result of inOrder(items, work.run, 2)) {
    expect(result).toBe("r0");
    break;
  }
  await ending;
  expect(items.isReturned).toBe(true);
  expect(work.begun.length).toBeLessThanOrEqual(3);
});

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

/** Until all that can go on without an end has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
