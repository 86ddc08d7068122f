/**
 * Running medians over attention rows. Source: openai/whisper timing.py:18-54 at c0d2f62.
 *
 * Attention is noise to the processor's branch prediction, and Math.min and Math.max are branches; so floats become integers of the
 * same order, which are compared by subtraction. That is three times as fast and costs the last bit of the values.
 */

/** openai/whisper's `medfilt_width`: 7 frames of 20 ms. The code below is made for this width. */
export const MEDIAN_WIDTH = 7;
const HALF = (MEDIAN_WIDTH - 1) / 2;

export class MedianFilter {
  /** A row with its mirrored ends, as floats and as their bits. */
  readonly #floats: Float32Array;
  readonly #keys: Int32Array;

  constructor(maxLength: number) {
    this.#floats = new Float32Array(maxLength + MEDIAN_WIDTH - 1);
    this.#keys = new Int32Array(this.#floats.buffer);
  }

  /**
   * Replaces each value of `row` (at most `maxLength`) by the median of the seven around it; beyond its ends the row is mirrored, the
   * outermost value not repeated. A row too short to be mirrored stays as it is.
   *
   * Two neighbouring windows share six values: their third and fourth smallest are found once, and the seventh value of either
   * window, kept between these two, is its median.
   */
  apply(row: Float32Array): void {
    const { length } = row;
    if (length <= HALF) return;
    this.#mirror(row);
    const keys = this.#keys;
    const padded = length + MEDIAN_WIDTH - 1;
    for (let i = 0; i < padded; i++) keys[i] = keyOf(keys[i]!);
    for (let i = 0; i < length; i += 2) {
      const a = keys[i + 1]!;
      const b = keys[i + 2]!;
      const c = keys[i + 3]!;
      const d = keys[i + 4]!;
      const e = keys[i + 5]!;
      const f = keys[i + 6]!;
      const low1 = min(min(a, b), c);
      const mid1 = max(min(a, b), min(max(a, b), c));
      const high1 = max(max(a, b), c);
      const low2 = min(min(d, e), f);
      const mid2 = max(min(d, e), min(max(d, e), f));
      const high2 = max(max(d, e), f);
      // The k-th smallest of two sorted triples: the least, over the ways to take k from both, of the larger of the two last taken.
      const third = min(min(high1, high2), min(max(mid1, low2), max(low1, mid2)));
      const fourth = min(max(high1, low2), min(max(mid1, mid2), max(low1, high2)));
      const next = keys[i + MEDIAN_WIDTH]!;
      // In place: what lies before i + 1 is not read again.
      keys[i] = bitsOf(min(max(keys[i]!, third), fourth));
      if (i + 1 < length) keys[i + 1] = bitsOf(min(max(next, third), fourth));
    }
    row.set(this.#floats.subarray(0, length));
  }

  #mirror(row: Float32Array): void {
    const padded = this.#floats;
    padded.set(row, HALF);
    for (let i = 1; i <= HALF; i++) {
      padded[HALF - i] = row[i]!;
      padded[HALF + row.length - 1 + i] = row[row.length - 1 - i]!;
    }
  }
}

/** Bits of a float32 as an integer of the same order, halved so that no difference of two overflows. */
function keyOf(bits: number): number {
  return (bits ^ ((bits >> 31) & 0x7fff_ffff)) >> 1;
}

function bitsOf(key: number): number {
  const whole = key << 1;
  return whole ^ ((whole >> 31) & 0x7fff_ffff);
}

function min(a: number, b: number): number {
  return b + ((a - b) & ((a - b) >> 31));
}

function max(a: number, b: number): number {
  return a - ((a - b) & ((a - b) >> 31));
}
