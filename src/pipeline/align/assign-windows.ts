/** Which window each piece of a given text is spoken in, by what was heard in the windows. */
import { matchUnits } from "./match-units.js";
import type { Piece } from "./pieces.js";

interface Assignment {
  /** For each given piece the index of its window; they never fall. */
  readonly windows: readonly number[];
  /** Part of the given units that was heard as it stands, 0 to 1. */
  readonly heardShare: number;
}

/**
 * `heard` are the pieces of each window's own transcript; at least one must have a unit. What has no partner lies between its
 * neighbours' partners, in proportion to what was heard there instead.
 */
export function assignWindows(given: readonly Piece[], heard: readonly (readonly Piece[])[]): Assignment {
  const heardUnits = heard.flatMap((pieces, window) =>
    pieces.filter(({ unit }) => unit !== "").map(({ unit }) => ({ unit, window })),
  );
  const spoken = given.flatMap(({ unit }, piece) => (unit === "" ? [] : [{ unit, piece }]));
  const partners = matchUnits(
    spoken.map(({ unit }) => unit),
    heardUnits.map(({ unit }) => unit),
  );
  const isEqual = (partner: number, i: number) => heardUnits[partner]?.unit === spoken[i]!.unit;
  const equal = partners.filter(isEqual).length;
  const places = withGapsFilled(partners, heardUnits.length);
  const windows: number[] = [];
  let window = heardUnits[places[0] ?? 0]!.window;
  let next = 0;
  for (const piece of given.keys()) {
    if (spoken[next]?.piece === piece) window = heardUnits[places[next++]!]!.window;
    windows.push(window);
  }
  return { windows, heardShare: spoken.length === 0 ? 0 : equal / spoken.length };
}

/** Places in what was heard, never falling, for those without a partner too. */
function withGapsFilled(partners: Int32Array, heardCount: number): Int32Array {
  const places = partners.slice();
  for (let start = 0; start < places.length; ) {
    if (places[start]! >= 0) {
      start++;
      continue;
    }
    let end = start;
    while (end < places.length && places[end]! < 0) end++;
    const before = places[start - 1] ?? -1;
    const after = places[end] ?? heardCount;
    const between = after - before - 1;
    const nearest = before >= 0 ? before : Math.min(after, heardCount - 1);
    for (let i = start; i < end; i++) {
      places[i] = between > 0 ? before + 1 + Math.floor(((i - start) * between) / (end - start)) : nearest;
    }
    start = end;
  }
  return places;
}
