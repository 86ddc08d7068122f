/** Work on several items at once, results in the order of the items. */

interface UnderWay<R> {
  readonly result: Promise<R>;
  /** Fulfilled when the result is there or has failed. */
  readonly end: Promise<void>;
  hasEnded: boolean;
}

/**
 * Takes items as they come, works on up to `concurrency` at once, and yields each result as soon as it and all before it are
 * there. A long item does not stop the work behind it before `concurrency` results wait for its own; further ahead nothing is
 * read: that is the back-pressure. A failure surfaces at the place of its item. Until the first result is there no more than
 * `firstConcurrency` are under way or read, so that it comes as early as it can.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  concurrency: number,
  firstConcurrency = concurrency,
): AsyncGenerator<R> {
  const iterator = items[Symbol.asyncIterator]();
  const begun: UnderWay<R>[] = [];
  let next: Promise<IteratorResult<T>> | undefined;
  let isAtEnd = false;
  let isFirst = true;
  const hasRoom = (working: number) =>
    isFirst ? begun.length < firstConcurrency : working < concurrency && begun.length < 2 * concurrency;
  try {
    for (;;) {
      const working = begun.filter(({ hasEnded }) => !hasEnded);
      if (!isAtEnd && next === undefined && hasRoom(working.length)) next = iterator.next();
      const [first] = begun;
      if (first === undefined && next === undefined) return;
      if (first?.hasEnded === true) {
        begun.shift();
        isFirst = false;
        yield await first.result;
        continue;
      }
      const ends = working.map(({ end }) => end);
      const item = await Promise.race(next === undefined ? ends : [...ends, next]);
      if (item === undefined) continue;
      next = undefined;
      if (item.done === true) isAtEnd = true;
      else begun.push(begin(work(item.value)));
    }
  } finally {
    next?.catch(() => {});
    await iterator.return?.();
  }
}

/** Its failure is looked at when its turn comes; until then it must not count as unhandled. */
function begin<R>(result: Promise<R>): UnderWay<R> {
  const ended = () => {
    underWay.hasEnded = true;
  };
  const underWay: UnderWay<R> = { result, end: result.then(ended, ended), hasEnded: false };
  return underWay;
}
