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
  /** Text tokens of its own that it said since then; 0 where it is not lost. */
  readonly ownTokens: number;
  /** What its departures have cost so far, 0 or more. */
  readonly cost: number;
}

export const START_OF_SHOWN: ShownPlace = { next: 0, isLost: false, ownTokens: 0, cost: 0 };

/** So many tokens of the shown text may be left out or said otherwise before a hypothesis is taken to be back in it. */
const REACH_TOKENS = 8;
/**
 * So many tokens fewer than were shown weigh as much as another departure: who ends early is likelier by every word that he does not say, and
 * what was said would go from the screen with nothing in its place.
 */
const MISSING_TOKENS = 4;

/**
 * After one more token of the hypothesis; those from `endToken` on are no text, the end token itself ends it. A departure costs once, until
 * the hypothesis has found back; one that ends before pays for what is missing as well.
 */
export function follow(
  { tokens, departureCost }: ShownText,
  place: ShownPlace,
  token: number,
  endToken: number,
): ShownPlace {
  const { next, isLost, ownTokens, cost } = place;
  if (next === tokens.length || token > endToken) return place;
  const departed = isLost ? cost : cost + departureCost;
  if (token === endToken) {
    const missing = Math.max(0, tokens.length - next - ownTokens);
    const left = departureCost * Math.floor(missing / MISSING_TOKENS);
    return { next, isLost: true, ownTokens, cost: departed + left };
  }
  const found = tokens.indexOf(token, next);
  if (found === next) return { next: next + 1, isLost: false, ownTokens: 0, cost };
  if (found < 0 || found - next > REACH_TOKENS)
    return { next, isLost: true, ownTokens: ownTokens + 1, cost: departed };
  return { next: found + 1, isLost: false, ownTokens: 0, cost: departed };
}
