/**
 * The pieces that cues and lines are made of: words between spaces, words of scripts that write no spaces, slices of what fits
 * no line. Marks that may not end or start a line stay with their neighbour (kinsoku).
 */
import type { Segment } from "../../transcript.js";
import { columnsOf, slicesOf } from "./columns.js";
import { LINE_COLUMNS } from "./rules.js";
import { TimedText } from "./timed-text.js";

export interface Atom {
  readonly text: string;
  readonly columns: number;
  /** 1 where a space stands before it in the text, 0 where it follows at once. */
  readonly spaceColumns: number;
  readonly startMs: number;
  readonly endMs: number;
  /** It is the last one of its segment. */
  readonly endsSegment: boolean;
}

// Words of other scripts are found by script, not by locale: the same file on every machine.
const words = new Intl.Segmenter("en", { granularity: "word" });

/** Between spaces; a no-break space that stands alone (French puts one before "?") breaks nothing. */
const BETWEEN_SPACES = /[^\s\p{Cc}]+(?:[\u00a0\u202f][^\s\p{Cc}]+)*/gu;
const INVISIBLE = /^[\p{Cf}\u00a0\u202f]+$/u;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const OPENING = /^[\p{Ps}\p{Pi}]+$/u;
const CLOSING = /^[\p{Pe}\p{Pf}\p{Po}\p{M}ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ]+$/u;

/** `notBeforeMs`: the start of what was said before, which nothing here precedes. */
export function atomsOf(segment: Segment, notBeforeMs: number): Atom[] {
  const timed = new TimedText(segment, notBeforeMs);
  const places: { text: string; from: number; spaceColumns: number }[] = [];
  for (const { 0: word, index } of timed.text.matchAll(BETWEEN_SPACES)) {
    if (INVISIBLE.test(word)) continue;
    let from = index;
    for (const text of partsOf(word)) {
      places.push({ text, from, spaceColumns: from === index ? 1 : 0 });
      from += text.length;
    }
  }
  return places.map(({ text, from, spaceColumns }, i) => ({
    text,
    columns: columnsOf(text),
    spaceColumns,
    ...timed.timesOf(from, from + text.length),
    endsSegment: i === places.length - 1,
  }));
}

function partsOf(word: string): string[] {
  const parts = UNSPACED.test(word) ? unspacedWords(word) : [word];
  return parts.flatMap((part) => (columnsOf(part) > LINE_COLUMNS ? slicesOf(part, LINE_COLUMNS) : [part]));
}

function unspacedWords(text: string): string[] {
  const parts: string[] = [];
  let opening = "";
  for (const { segment } of words.segment(text)) {
    if (OPENING.test(segment)) {
      opening += segment;
    } else if (CLOSING.test(segment) && opening === "" && parts.length > 0) {
      parts[parts.length - 1] += segment;
    } else {
      parts.push(opening + segment);
      opening = "";
    }
  }
  if (opening !== "") parts.push(opening);
  return parts;
}

/** The text of atoms in a row, as one line. */
export function joined(atoms: readonly Atom[]): string {
  return atoms.map(({ text, spaceColumns }, i) => (i > 0 && spaceColumns > 0 ? ` ${text}` : text)).join("");
}

/** The columns that `joined` takes. */
export function columnsOfAtoms(atoms: readonly Atom[]): number {
  return atoms.reduce((sum, { columns, spaceColumns }, i) => sum + columns + (i > 0 ? spaceColumns : 0), 0);
}
