/** How good a place between two atoms is for the end of a cue or of a line. */
import type { Atom } from "./atoms.js";
import { PAUSE_MS } from "./rules.js";

/** In the order of preference. */
export type Boundary = "sentence" | "clause" | "pause" | "none";

const CLOSERS = "[\"'”’»›)\\]）」』】》〉]*$";
const SENTENCE_END = new RegExp(`[.!?…。！？｡．؟۔।॥։።]${CLOSERS}`, "u");
const CLAUSE_END = new RegExp(`[,;:、，；：،؛፣·—–]${CLOSERS}|^-$`, "u");
/** A stop that ends no sentence: titles, initials, ordinals. (Others go on in lower case, which tells.) */
const ABBREVIATION =
  /^["'“‘«(]*(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Sra|Jr|Hr|Fr|Mme|Mlle|No|Nr|vs|Inc|Mt|\p{Lu}|\d{1,2})\.$/u;
/** "a.m.", "U.S.", "z.B.": may end a sentence, seldom does. */
const DOTTED = /^["'“‘«(]*(?:\p{L}{1,2}\.){2,}$/u;
const LOWER_CASE = /^["'“‘«(]*\p{Ll}/u;
/** Scripts without spaces between words put one between clauses. */
const UNSPACED_END =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u;
/** Articles, prepositions and conjunctions of most languages are short, and belong to what follows. */
const SHORT_WORD =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]{1,3}(?:['’]\p{L}{1,2})?$/u;

export function boundaryBetween(before: Atom, after: Atom): Boundary {
  if (DOTTED.test(before.text)) return LOWER_CASE.test(after.text) ? atPause(before, after) : "clause";
  if (SENTENCE_END.test(before.text) && !ABBREVIATION.test(before.text)) {
    return LOWER_CASE.test(after.text) ? "clause" : "sentence";
  }
  if (CLAUSE_END.test(before.text)) return "clause";
  if (after.spaceColumns > 0 && UNSPACED_END.test(before.text)) return "clause";
  return atPause(before, after);
}

function atPause(before: Atom, after: Atom): Boundary {
  return before.endsSegment || gapMs(before, after) >= PAUSE_MS ? "pause" : "none";
}

/** Silence between the two. */
export function gapMs(before: Atom, after: Atom): number {
  return Math.max(0, after.startMs - before.endMs);
}

/** 1 where what is before belongs to what comes after, -1 where a word begins that belongs to what follows it, else 0. */
export function leaning(before: Atom, after: Atom): -1 | 0 | 1 {
  if (SHORT_WORD.test(before.text)) return 1;
  return SHORT_WORD.test(after.text) ? -1 : 0;
}
