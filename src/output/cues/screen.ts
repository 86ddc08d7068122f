/**
 * When each cue comes and goes: none overlaps another, none is seen for less than a second or more than seven. A cue stays as
 * long as reading takes where the next one leaves room. Two speakers who talk at once, or so closely that the first could not be
 * read, share a cue with a line each where that fits; else the second waits until the first has been read.
 */
import { type Atom, columnsOfAtoms } from "./atoms.js";
import type { CueText } from "./cue-splitter.js";
import { LINE_COLUMNS, MAX_CUE_MS, MAX_LINES, MIN_CUE_MS, readingMs, SHORTEST_GAP_MS } from "./rules.js";

/** What one speaker says in a cue. */
export interface CuePart {
  readonly speaker: string | undefined;
  readonly atoms: readonly Atom[];
}

export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  /** One, or two that share the cue, each on a line of its own. */
  readonly parts: readonly CuePart[];
}

/** What stands before the text of a speaker who shares a cue with another. */
export const DASH = "- ";
/** The longest that a speaker's text waits for another's to be read. */
const MAX_DELAY_MS = 1500;

interface Shown {
  readonly startMs: number;
  readonly spokenEndMs: number;
  readonly parts: readonly CuePart[];
}

export class Screen {
  readonly #labelColumns: (speaker: string | undefined) => number;
  #freeFromMs = 0;
  /** Of several speakers: waits for what the others say. */
  #held: Shown | undefined;

  /** `labelColumns`: what a speaker's name takes in front of the text. */
  constructor(labelColumns: (speaker: string | undefined) => number) {
    this.#labelColumns = labelColumns;
  }

  /** Adds a cue, which begins no earlier than the one before; returns those whose times are settled. */
  add(text: CueText, speaker: string | undefined): Cue[] {
    const { startMs, spokenEndMs, nextStartMs } = text;
    const shown: Shown = { startMs, spokenEndMs, parts: [{ speaker, atoms: text.atoms }] };
    if (speaker === undefined) return [...this.finish(), this.#show(shown, nextStartMs)];
    const held = this.#held;
    this.#held = shown;
    if (held === undefined) return [];
    if (held.parts.every((part) => part.speaker === speaker)) return [this.#show(held, startMs)];
    const readAtMs = this.#startOf(held) + this.#readingMs(held);
    const together =
      readAtMs > startMs || held.spokenEndMs > startMs ? this.#together(held, shown) : undefined;
    if (together === undefined) {
      return [this.#show(held, Math.max(startMs, Math.min(readAtMs, startMs + MAX_DELAY_MS)))];
    }
    this.#held = together;
    return [];
  }

  finish(): Cue[] {
    const held = this.#held;
    this.#held = undefined;
    return held === undefined ? [] : [this.#show(held, undefined)];
  }

  #startOf({ startMs }: Shown): number {
    return Math.max(startMs, this.#freeFromMs);
  }

  #show(shown: Shown, nextStartMs = Number.POSITIVE_INFINITY): Cue {
    const startMs = this.#startOf(shown);
    const wantedEndMs = Math.max(shown.spokenEndMs, startMs + this.#readingMs(shown));
    const flickers = nextStartMs - wantedEndMs < SHORTEST_GAP_MS;
    const lastMs = Math.min(flickers ? nextStartMs : wantedEndMs, startMs + MAX_CUE_MS);
    const endMs = Math.max(startMs + MIN_CUE_MS, lastMs);
    this.#freeFromMs = endMs;
    return { startMs, endMs, parts: shown.parts };
  }

  /** Both in one cue, a line each; undefined where that breaks a rule. */
  #together(first: Shown, second: Shown): Shown | undefined {
    const parts = [...first.parts, ...second.parts];
    if (parts.length > MAX_LINES || parts.some((part) => this.#columns(part) + DASH.length > LINE_COLUMNS))
      return undefined;
    const startMs = this.#startOf(first);
    const spokenEndMs = Math.max(first.spokenEndMs, second.spokenEndMs);
    const shown = { startMs, spokenEndMs, parts };
    const endMs = Math.max(spokenEndMs, startMs + this.#readingMs(shown));
    return endMs - startMs > MAX_CUE_MS ? undefined : shown;
  }

  #readingMs({ parts }: Shown): number {
    const dashColumns = parts.length > 1 ? DASH.length : 0;
    return readingMs(parts.reduce((sum, part) => sum + dashColumns + this.#columns(part), 0));
  }

  #columns({ speaker, atoms }: CuePart): number {
    return this.#labelColumns(speaker) + columnsOfAtoms(atoms);
  }
}
