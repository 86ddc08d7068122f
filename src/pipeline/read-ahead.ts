/** One item further than it is asked for, to know the last one when it is taken. */

/**
 * Yields `items`; the next one is made while the last one is worked on. `onLast` is called as soon as it is known that there is none behind
 * those that were yielded, which may be before the first.
 */
export async function* readAhead<T>(items: AsyncIterable<T>, onLast: () => void): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  const read = () => {
    const next = iterator.next();
    next.then(
      ({ done }) => {
        if (done === true) onLast();
      },
      () => {}, // Whoever waits for the item meets the failure.
    );
    return next;
  };
  let next = read();
  try {
    for (;;) {
      const item = await next;
      if (item.done === true) return;
      next = read();
      yield item.value;
    }
  } finally {
    await iterator.return?.();
  }
}
