/** Which unit of one text is which of another: the same words, but for what was misheard, left out or added. */

/** Cells of the table that two stretches are compared in; beyond it they have nothing in common that would help. */
const MOST_CELLS = 50_000_000;
const ANCHOR_UNITS = 3;
const EQUAL = 2;
const UNEQUAL = -1;
const GAP = -1;

const BOTH = 1;
const ONLY_GIVEN = 2;
const ONLY_HEARD = 3;

/**
 * For each unit of `given` the index of its partner in `heard`, or -1; partners rise. Units are normalised. A partner may be
 * another word: then it was heard in the place of this one.
 *
 * Runs of three units that are in either text once hold them together (as in patience diff); between them the best global
 * alignment is taken (Needleman & Wunsch 1970). So an hour of speech costs no more than its parts.
 */
export function matchUnits(given: readonly string[], heard: readonly string[]): Int32Array {
  const partners = new Int32Array(given.length).fill(-1);
  let g = 0;
  let h = 0;
  for (const [anchorGiven, anchorHeard] of [
    ...anchors(given, heard),
    [given.length, heard.length] as const,
  ]) {
    alignStretch(given, heard, { g, h, gEnd: anchorGiven, hEnd: anchorHeard }, partners);
    if (anchorGiven < given.length) partners[anchorGiven] = anchorHeard;
    g = anchorGiven + 1;
    h = anchorHeard + 1;
  }
  return partners;
}

/** Pairs of places, rising in both. */
function anchors(given: readonly string[], heard: readonly string[]): (readonly [number, number])[] {
  const inHeard = placesOfUnique(heard);
  const pairs: (readonly [number, number])[] = [];
  for (const [run, place] of placesOfUnique(given)) {
    const other = inHeard.get(run);
    if (place !== undefined && other !== undefined) pairs.push([place, other]);
  }
  return longestRising(pairs);
}

/** Of each run its place, in the order of places; undefined where there are several. */
function placesOfUnique(units: readonly string[]): Map<string, number | undefined> {
  const places = new Map<string, number | undefined>();
  for (let i = 0; i + ANCHOR_UNITS <= units.length; i++) {
    const run = units.slice(i, i + ANCHOR_UNITS).join(" ");
    places.set(run, places.has(run) ? undefined : i);
  }
  return places;
}

/** The longest subsequence that rises in the second number too; `pairs` rise in the first. */
function longestRising(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  /** Of each length the pair with the lowest end that a subsequence of it can have. */
  const ends: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  for (const [i, [, value]] of pairs.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]!]![1] < value) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[i] = ends[low - 1]!;
    ends[low] = i;
  }
  const chosen: (readonly [number, number])[] = [];
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i]!) chosen.unshift(pairs[i]!);
  return chosen;
}

interface Stretch {
  readonly g: number;
  readonly h: number;
  readonly gEnd: number;
  readonly hEnd: number;
}

function alignStretch(
  given: readonly string[],
  heard: readonly string[],
  { g, h, gEnd, hEnd }: Stretch,
  partners: Int32Array,
): void {
  const rows = gEnd - g;
  const width = hEnd - h + 1;
  if (rows === 0 || width === 1 || rows * width > MOST_CELLS) return;
  const steps = new Uint8Array((rows + 1) * width).fill(ONLY_HEARD, 0, width);
  let above = Int32Array.from({ length: width }, (_, column) => column * GAP);
  let scores = new Int32Array(width);
  for (let row = 1; row <= rows; row++) {
    scores[0] = row * GAP;
    steps[row * width] = ONLY_GIVEN;
    for (let column = 1; column < width; column++) {
      const isEqual = given[g + row - 1] === heard[h + column - 1];
      const both = above[column - 1]! + (isEqual ? EQUAL : UNEQUAL);
      const onlyGiven = above[column]! + GAP;
      const onlyHeard = scores[column - 1]! + GAP;
      const best = Math.max(both, onlyGiven, onlyHeard);
      scores[column] = best;
      steps[row * width + column] = best === both ? BOTH : best === onlyGiven ? ONLY_GIVEN : ONLY_HEARD;
    }
    [above, scores] = [scores, above];
  }
  for (let row = rows, column = width - 1; row > 0; ) {
    const step = steps[row * width + column]!;
    if (step === BOTH) partners[g + row - 1] = h + column - 1;
    if (step !== ONLY_HEARD) row--;
    if (step !== ONLY_GIVEN) column--;
  }
}
