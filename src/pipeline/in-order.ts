/** Work on several items at once, results in the order of the items. */

/**
 * Takes items as they come, keeps up to `concurrency` under way, and yields each result as soon as it and all before it are
 * there. Reads no further ahead: that is the back-pressure. A failure surfaces at the place of its item. Until the first
 * result is there no more than `firstConcurrency` are under way or read, so that it comes as early as it can.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  concurrency: number,
  firstConcurrency = concurrency,
): AsyncGenerator<R> {
  const iterator = items[Symbol.asyncIterator]();
  const underWay: Promise<R>[] = [];
  let next: Promise<IteratorResult<T>> | undefined;
  let isAtEnd = false;
  let room = firstConcurrency;
  try {
    for (;;) {
      if (!isAtEnd && next === undefined && underWay.length < room) next = iterator.next();
      const first = underWay[0];
      if (first === undefined && next === undefined) return;
      const winner = await Promise.race([
        ...(first === undefined ? [] : [first.then(() => "result" as const)]),
        ...(next === undefined ? [] : [next.then(() => "item" as const)]),
      ]);
      if (winner === "result") {
        underWay.shift();
        room = concurrency;
        yield await first!;
        continue;
      }
      const item = await next!;
      next = undefined;
      if (item.done === true) {
        isAtEnd = true;
        continue;
      }
      const result = work(item.value);
      // Looked at when its turn comes; until then a failure must not count as unhandled.
      result.catch(() => {});
      underWay.push(result);
    }
  } finally {
    next?.catch(() => {});
    await iterator.return?.();
  }
}
