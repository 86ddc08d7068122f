/**
 * Splits what one speaker says into cues: the cheapest way by a sum of costs that put the rules in order. Ends of sentences first,
 * then clauses, then pauses, then evenly; fragments join their neighbours; text that is too fast or too short to be read gets room.
 *
 * Streaming: after each word the cheapest ways to all places where the cue under way may begin are compared, and what they have in
 * common goes out. Nothing that comes later can change it, and nothing else is held back.
 */
import { type Atom, columnsOfAtoms } from "./atoms.js";
import { type Boundary, boundaryBetween, gapMs, leaning } from "./boundaries.js";
import { fitsCue } from "./lines.js";
import {
  LINE_COLUMNS,
  MAX_CUE_MS,
  MAX_LINES,
  MAX_PAUSE_MS,
  MIN_CUE_MS,
  PAUSE_MS,
  readingMs,
} from "./rules.js";

/** One cue's words; when it leaves the screen is decided by what follows. */
export interface CueText {
  readonly atoms: readonly Atom[];
  readonly startMs: number;
  /** When its last word has been said. */
  readonly spokenEndMs: number;
  /** When its speaker goes on; undefined where that is not known, and at least MAX_PAUSE_MS later. */
  readonly nextStartMs: number | undefined;
}

/** The cost of a cue, and of half-filled lines in it: fewer cues are better, but not at any price. */
const CUE_COST = 1;
const FILL_COST = 0.5;
/** To end a cue there. */
const END_COSTS: Readonly<Record<Boundary, number>> = { sentence: 0, clause: 1, pause: 2, none: 4 };
/** Between two words a short silence is a better place; so is one before an article or a conjunction, and one behind it a worse. */
const SHORT_PAUSE_RELIEF = 1;
const LEANING_COST = 0.7;
/** To run over the end of a sentence, and over each second of a pause. */
const SENTENCE_INSIDE_COST = 1;
const PAUSE_INSIDE_COST_PER_SECOND = 2;
/** A cue of fewer columns is a fragment that had better join another; the cost is that of an empty one. */
const FRAGMENT_COLUMNS = 20;
const FRAGMENT_COST = 1.2;
/** For the whole of the second that a cue must be seen, and for twice the speed that can be read. */
const TOO_SHORT_COST = 6;
const TOO_FAST_COST = 4;

/** Text that flows on without a stop can leave several ways open for long; then the cheapest so far is taken. */
const MAX_HELD_COLUMNS = 4 * MAX_LINES * LINE_COLUMNS;

interface Way {
  readonly cost: number;
  /** Where the last cue of the cheapest way to here begins. */
  readonly from: number;
}

export class CueSplitter {
  /** Columns that each cue keeps free at its start. */
  readonly #labelColumns: number;
  /** Those not in a cue yet. */
  #atoms: Atom[] = [];
  /** By place: to run over it inside a cue. */
  #insideCosts: number[] = [];
  /** By place: the cheapest way to end a cue before the atom of that number. */
  #ways: Way[] = [{ cost: 0, from: 0 }];

  constructor(labelColumns: number) {
    this.#labelColumns = labelColumns;
  }

  /** When the first word begins that is in no cue yet. */
  get pendingStartMs(): number | undefined {
    return this.#atoms[0]?.startMs;
  }

  get pendingEndMs(): number | undefined {
    return this.#atoms.at(-1)?.endMs;
  }

  /** Adds the next word, which begins no earlier than the one before; returns the cues that are settled by it. */
  push(atom: Atom): CueText[] {
    const last = this.#atoms.at(-1);
    const settled = last !== undefined && gapMs(last, atom) >= MAX_PAUSE_MS ? this.flush(atom.startMs) : [];
    const place = this.#atoms.length;
    this.#atoms.push(atom);
    const before = this.#atoms[place - 1];
    this.#insideCosts.push(before === undefined ? 0 : insideCostBetween(before, atom));
    if (place > 0) this.#ways.push(this.#cheapestWay(place, atom.startMs));
    settled.push(...this.#settle());
    return settled;
  }

  /** Ends the text here: a long pause, another speaker, the end. `nextStartMs`: when its speaker goes on, if known. */
  flush(nextStartMs?: number): CueText[] {
    const end = this.#atoms.length;
    if (end === 0) return [];
    this.#ways.push(this.#cheapestWay(end, nextStartMs));
    return this.#take(end, nextStartMs);
  }

  /** What all ways to the places where the cue under way may begin have in common. */
  #settle(): CueText[] {
    const end = this.#atoms.length;
    const lastStartMs = this.#atoms[end - 1]!.startMs;
    let earliest = end - 1;
    const mayBeginAt = (place: number) =>
      lastStartMs - this.#atoms[place]!.startMs <= MAX_CUE_MS &&
      fitsCue(this.#atoms.slice(place), this.#labelColumns);
    while (earliest > 0 && mayBeginAt(earliest - 1)) earliest--;
    const places = new Set<number>();
    for (let place = earliest; place < end; place++) places.add(place);
    let common = end - 1;
    while (places.size > 1) {
      places.delete(common);
      places.add(this.#ways[common]!.from);
      do common--;
      while (!places.has(common));
    }
    if (common === 0 && columnsOfAtoms(this.#atoms) > MAX_HELD_COLUMNS)
      common = this.#firstPlaceOnCheapestWay(earliest);
    return common === 0 ? [] : this.#take(common, this.#atoms[common]!.startMs);
  }

  /** Where the first cue ends on the cheapest way to a place from `earliest` on. */
  #firstPlaceOnCheapestWay(earliest: number): number {
    let place = earliest;
    for (let other = earliest + 1; other < this.#atoms.length; other++) {
      if (this.#ways[other]!.cost < this.#ways[place]!.cost) place = other;
    }
    while (this.#ways[place]!.from > 0) place = this.#ways[place]!.from;
    return place;
  }

  /** The cues of the cheapest way to `end`, which are then forgotten. */
  #take(end: number, nextStartMs: number | undefined): CueText[] {
    const cues: CueText[] = [];
    let next = nextStartMs;
    for (let to = end; to > 0; ) {
      const { from } = this.#ways[to]!;
      const atoms = this.#atoms.slice(from, to);
      cues.unshift({
        atoms,
        startMs: atoms[0]!.startMs,
        spokenEndMs: endOf(atoms.at(-1)!, next),
        nextStartMs: next,
      });
      next = atoms[0]!.startMs;
      to = from;
    }
    const { cost } = this.#ways[end]!;
    this.#atoms = this.#atoms.slice(end);
    this.#insideCosts = this.#insideCosts.slice(end);
    this.#ways = this.#ways
      .slice(end)
      .map((way) => ({ cost: way.cost - cost, from: Math.max(0, way.from - end) }));
    if (this.#atoms.length === 0) this.#ways = [{ cost: 0, from: 0 }];
    return cues;
  }

  /** To end a cue at `end`, where the next word begins at `nextStartMs` (undefined: nothing is known to follow). */
  #cheapestWay(end: number, nextStartMs: number | undefined): Way {
    const atoms = this.#atoms;
    const last = atoms[end - 1]!;
    const next = atoms[end];
    const endCost = next === undefined ? 0 : endCostBetween(last, next);
    const endMs = endOf(last, nextStartMs);
    let best: Way | undefined;
    let insideCost = 0;
    for (let from = end - 1; from >= 0; from--) {
      const text = atoms.slice(from, end);
      const startMs = text[0]!.startMs;
      if (from < end - 1) {
        insideCost += this.#insideCosts[from + 1]!;
        if (endMs - startMs > MAX_CUE_MS || !fitsCue(text, this.#labelColumns)) break;
      }
      const columns = this.#labelColumns + columnsOfAtoms(text);
      const roomMs = (nextStartMs ?? Number.POSITIVE_INFINITY) - startMs;
      const cost = this.#ways[from]!.cost + cueCost(columns, roomMs) + insideCost + endCost;
      if (best === undefined || cost < best.cost) best = { cost, from };
    }
    return best!;
  }
}

/** Words may overlap by their times; a word has been said when the next one begins. */
function endOf(atom: Atom, nextStartMs: number | undefined): number {
  return Math.min(atom.endMs, nextStartMs ?? Number.POSITIVE_INFINITY);
}

function cueCost(columns: number, roomMs: number): number {
  const neededMs = readingMs(columns);
  const tooShort = Math.max(0, 1 - roomMs / MIN_CUE_MS);
  const tooFast = Math.min(1, Math.max(0, neededMs / Math.max(roomMs, 1) - 1));
  return (
    CUE_COST +
    FILL_COST * (columns / LINE_COLUMNS) ** 2 +
    FRAGMENT_COST * Math.max(0, 1 - columns / FRAGMENT_COLUMNS) +
    TOO_SHORT_COST * tooShort +
    TOO_FAST_COST * tooFast
  );
}

function endCostBetween(before: Atom, after: Atom): number {
  const boundary = boundaryBetween(before, after);
  if (boundary === "sentence" || boundary === "clause") return END_COSTS[boundary];
  const leaningCost = LEANING_COST * leaning(before, after);
  if (boundary === "pause") return END_COSTS.pause + Math.max(0, leaningCost);
  const relief = SHORT_PAUSE_RELIEF * Math.min(1, gapMs(before, after) / PAUSE_MS);
  return END_COSTS.none - relief + leaningCost;
}

function insideCostBetween(before: Atom, after: Atom): number {
  const silenceMs = gapMs(before, after);
  return (
    (boundaryBetween(before, after) === "sentence" ? SENTENCE_INSIDE_COST : 0) +
    (silenceMs >= PAUSE_MS ? (PAUSE_INSIDE_COST_PER_SECOND * silenceMs) / 1000 : 0)
  );
}
