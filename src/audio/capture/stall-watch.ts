/** Sees that nothing comes. */

/** Stands between the items where nothing came for the time that was given. */
export const STALLED = Symbol("stalled");

/** The items as they come, and STALLED whenever `stallMs` went by without one. Who stops reading leaves the source as it is. */
export async function* watchForStall<Item>(
  items: AsyncIterable<Item>,
  stallMs: number,
): AsyncGenerator<Item | typeof STALLED, void, undefined> {
  const reader = items[Symbol.asyncIterator]();
  let next = reader.next();
  for (;;) {
    const result = await withinTime(next, stallMs);
    if (result === STALLED) {
      yield STALLED;
      continue;
    }
    if (result.done) return;
    yield result.value;
    next = reader.next();
  }
}

async function withinTime<Value>(promise: Promise<Value>, limitMs: number): Promise<Value | typeof STALLED> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof STALLED>((resolve) => {
    // Timers come first after the machine or this thread has slept: what has arrived meanwhile is to be seen before the time is up.
    timer = setTimeout(() => setImmediate(resolve, STALLED), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
