/** Running medians over attention rows. Source: openai/whisper timing.py:18-54 at c0d2f62. */

/** openai/whisper's `medfilt_width`: 7 frames of 20 ms. The code below is made for this width. */
export const MEDIAN_WIDTH = 7;
const HALF = (MEDIAN_WIDTH - 1) / 2;

/**
 * Writes the running medians of `row` into `out` (same length, another buffer); beyond its ends the row is mirrored, the
 * outermost value not repeated. A row too short to be mirrored is copied as it is. `padded` is scratch of length + 6.
 *
 * Two neighbouring windows share six values: their third and fourth smallest are found once, and the seventh value of either
 * window, kept between these two, is its median.
 */
export function medianFilter(row: Float32Array, out: Float32Array, padded: Float32Array): void {
  const { length } = row;
  if (length <= HALF) {
    out.set(row);
    return;
  }
  mirror(row, padded);
  for (let i = 0; i < length; i += 2) {
    const a = padded[i + 1]!;
    const b = padded[i + 2]!;
    const c = padded[i + 3]!;
    const d = padded[i + 4]!;
    const e = padded[i + 5]!;
    const f = padded[i + 6]!;
    const low1 = Math.min(a, b, c);
    const mid1 = middle(a, b, c);
    const high1 = Math.max(a, b, c);
    const low2 = Math.min(d, e, f);
    const mid2 = middle(d, e, f);
    const high2 = Math.max(d, e, f);
    // The k-th smallest of two sorted triples: the least, over the ways to take k from both, of the larger of the two last taken.
    const third = Math.min(high1, high2, Math.max(mid1, low2), Math.max(low1, mid2));
    const fourth = Math.min(Math.max(high1, low2), Math.max(mid1, mid2), Math.max(low1, high2));
    out[i] = Math.min(Math.max(padded[i]!, third), fourth);
    if (i + 1 < length) out[i + 1] = Math.min(Math.max(padded[i + MEDIAN_WIDTH]!, third), fourth);
  }
}

function middle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function mirror(row: Float32Array, padded: Float32Array): void {
  padded.set(row, HALF);
  for (let i = 1; i <= HALF; i++) {
    padded[HALF - i] = row[i]!;
    padded[HALF + row.length - 1 + i] = row[row.length - 1 - i]!;
  }
}
