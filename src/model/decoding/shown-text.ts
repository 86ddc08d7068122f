/**
 * Text of a window that its reader has been shown already, and what it costs a hypothesis to say something else. Live text is confirmed
 * from audio that was still going on; where the whole window makes two texts nearly equally likely, the one that stands on the screen is
 * to stay.
 */

/** Text tokens in their order, and the log-probability that a departure from them must make up for. */
export interface ShownText {
  readonly tokens: readonly number[];
  readonly departureCost: number;
}

/** Where a hypothesis stands in the text that was shown. */
export interface ShownPlace {
  /** Index of the token that comes next. */
  readonly next: number;
  /** It says something else since then. */
  readonly isLost: boolean;
  /** What its departures have cost so far, 0 or more. */
  readonly cost: number;
}

export const START_OF_SHOWN: ShownPlace = { next: 0, isLost: false, cost: 0 };

/** So many tokens of the shown text may be left out or said otherwise before a hypothesis is taken to be back in it. */
const REACH_TOKENS = 8;

/**
 * After one more token of the hypothesis; those from `endToken` on are no text, the end token itself ends it. A departure costs once, until
 * the hypothesis has found back.
 */
export function follow(
  { tokens, departureCost }: ShownText,
  place: ShownPlace,
  token: number,
  endToken: number,
): ShownPlace {
  const { next, isLost, cost } = place;
  if (next === tokens.length || token > endToken) return place;
  const departed = isLost ? cost : cost + departureCost;
  if (token === endToken) return { next, isLost: true, cost: departed };
  const found = tokens.indexOf(token, next);
  if (found === next) return { next: next + 1, isLost: false, cost };
  if (found < 0 || found - next > REACH_TOKENS) return { next, isLost: true, cost: departed };
  return { next: found + 1, isLost: false, cost: departed };
}
