/** Finding things by time. Pure. */

/** Index of the last that begins then or before, of things in the order of their beginnings; -1: none does. */
export function lastAtOrBefore(
  things: readonly { readonly startSeconds: number }[],
  seconds: number,
): number {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (things[middle]!.startSeconds <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
