/** Where tokens repeat themselves: the same few tokens, three times in a row or more (REFERENCE.md §2). Says nothing of why. */

export interface Repetition {
  /** Where the first copy begins. */
  readonly start: number;
  /** Tokens of one copy. */
  readonly period: number;
  /** Whole copies; at least MIN_COPIES. */
  readonly copies: number;
}

const MIN_COPIES = 3;

/** The repetition that the last token belongs to, of the shortest period there is. */
export function repetitionAtEnd(tokens: readonly number[]): Repetition | undefined {
  const { length } = tokens;
  for (let period = 1; period * MIN_COPIES <= length; period++) {
    let matching = 0;
    while (
      matching < length - period &&
      tokens[length - 1 - matching] === tokens[length - 1 - matching - period]
    )
      matching++;
    const copies = Math.floor(matching / period) + 1;
    if (copies >= MIN_COPIES) return { start: length - copies * period, period, copies };
  }
  return undefined;
}

/** All repetitions from left to right; none overlaps another, and of two that begin together the one of the shorter period counts. */
export function repetitionsIn(tokens: readonly number[]): Repetition[] {
  const found: Repetition[] = [];
  for (let start = 0; start < tokens.length; ) {
    const repetition = repetitionFrom(tokens, start);
    if (repetition !== undefined) found.push(repetition);
    start = repetition === undefined ? start + 1 : start + repetition.copies * repetition.period;
  }
  return found;
}

function repetitionFrom(tokens: readonly number[], start: number): Repetition | undefined {
  for (let period = 1; start + period * MIN_COPIES <= tokens.length; period++) {
    let matching = 0;
    while (
      start + matching + period < tokens.length &&
      tokens[start + matching] === tokens[start + matching + period]
    )
      matching++;
    const copies = Math.floor(matching / period) + 1;
    if (copies >= MIN_COPIES) return { start, period, copies };
  }
  return undefined;
}
