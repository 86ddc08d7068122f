/** Lays a cue's words out on one line, or on two that an eye can follow. */
import { type Atom, columnsOfAtoms, joined } from "./atoms.js";
import { type Boundary, boundaryBetween, leaning } from "./boundaries.js";
import { LINE_COLUMNS, MAX_LINES } from "./rules.js";

/** What a line's end costs, beside the unevenness of the lines in lines. */
const LINE_END_COSTS: Readonly<Record<Boundary, number>> = {
  sentence: 0,
  clause: 0.05,
  pause: 0.25,
  none: 0.45,
};
const LEANING_COST = 0.15;
/** A shorter line above a longer one covers less of the picture and reads as well; the other way round not quite. */
const TOP_HEAVY_COST = 0.05;

/** True where the atoms fit a cue whose first line begins with `labelColumns` of something else. */
export function fitsCue(atoms: readonly Atom[], labelColumns: number): boolean {
  const columns = labelColumns + columnsOfAtoms(atoms);
  if (columns <= LINE_COLUMNS) return true;
  // The space at the break is on neither line.
  if (columns > MAX_LINES * LINE_COLUMNS + 1) return false;
  return breaksOf(atoms, labelColumns).length > 0;
}

/** One or two lines of at most 42 columns. `label` stands in front with a space, or is empty. The atoms have to fit. */
export function linesOf(atoms: readonly Atom[], label: string, labelColumns: number): string[] {
  const totalColumns = labelColumns + columnsOfAtoms(atoms);
  if (totalColumns <= LINE_COLUMNS) return [label + joined(atoms)];
  let best: { readonly at: number; readonly cost: number } | undefined;
  for (const { at, firstColumns } of breaksOf(atoms, labelColumns)) {
    const cost = breakCost(atoms, at, firstColumns, totalColumns - firstColumns);
    if (best === undefined || cost < best.cost) best = { at, cost };
  }
  const at = best?.at ?? atoms.length;
  return [label + joined(atoms.slice(0, at)), joined(atoms.slice(at))].map((line) => line.trimEnd());
}

/** The places where two lines come out short enough; 0 leaves the label alone on its line. */
function breaksOf(atoms: readonly Atom[], labelColumns: number): { at: number; firstColumns: number }[] {
  const breaks: { at: number; firstColumns: number }[] = [];
  const totalColumns = columnsOfAtoms(atoms);
  let before = 0;
  for (let at = labelColumns > 0 ? 0 : 1; at < atoms.length; at++) {
    const last = atoms[at - 1];
    if (last !== undefined) before += last.columns + (at > 1 ? last.spaceColumns : 0);
    const restColumns = totalColumns - before - (at > 0 ? atoms[at]!.spaceColumns : 0);
    if (labelColumns + before > LINE_COLUMNS) break;
    if (restColumns <= LINE_COLUMNS) breaks.push({ at, firstColumns: labelColumns + before });
  }
  return breaks;
}

function breakCost(atoms: readonly Atom[], at: number, firstColumns: number, secondColumns: number): number {
  const unevenness = Math.abs(firstColumns - secondColumns) / LINE_COLUMNS;
  const topHeavy = firstColumns > secondColumns ? TOP_HEAVY_COST : 0;
  const before = atoms[at - 1];
  if (before === undefined) return unevenness + topHeavy;
  const after = atoms[at]!;
  const boundary = boundaryBetween(before, after);
  const lean = boundary === "none" ? leaning(before, after) : 0;
  return unevenness + topHeavy + LINE_END_COSTS[boundary] + LEANING_COST * lean;
}
