/** Which tokens may come next, by the timestamp rules of openai/whisper decoding.py:441-492. */

import { LAST_TIMESTAMP, SECONDS_PER_TIMESTAMP } from "../../units.js";

/** 1.0 s in timestamps of 0.02 s: the first segment of a window starts no later (decoding.py:573-578). */
const MAX_INITIAL_TIMESTAMP = 50;

/** What a row may choose from; the probability rule (timestamps together against the best text) is applied where the logits are. */
export interface TokenConstraint {
  /** Tokens below the end token. */
  readonly textAllowed: boolean;
  /** The end token and the other special ones. */
  readonly specialAllowed: boolean;
  /** Timestamps allowed, as indices from 0.00 s, both inclusive; none where low > high. */
  readonly timestampLow: number;
  readonly timestampHigh: number;
}

const NO_TIMESTAMP = { timestampLow: 1, timestampHigh: 0 } as const;

/** No rule at all, where nothing is chosen. */
export const ANY_TOKEN: TokenConstraint = {
  textAllowed: true,
  specialAllowed: true,
  timestampLow: 0,
  timestampHigh: LAST_TIMESTAMP,
};

/** The first token behind segments that are known: a timestamp no earlier than their end, or than `fromSeconds`, and not much later. */
export function firstConstraintAfter(
  said: readonly number[],
  fromSeconds: number,
  firstTimestampToken: number,
): TokenConstraint {
  const from = Math.round(fromSeconds / SECONDS_PER_TIMESTAMP);
  const timestampLow = Math.min(Math.max(lastTimestamp(said, firstTimestampToken), from), LAST_TIMESTAMP);
  const timestampHigh = Math.min(timestampLow + MAX_INITIAL_TIMESTAMP, LAST_TIMESTAMP);
  return { textAllowed: false, specialAllowed: false, timestampLow, timestampHigh };
}

/**
 * `sampled`: tokens after the prompt. A segment that begins before the timestamp `speaksUntil` must have text, which the reference
 * does not ask for: there the next window begins with it.
 */
export function nextTokenConstraint(
  sampled: readonly number[],
  firstTimestampToken: number,
  speaksUntil = 0,
): TokenConstraint {
  if (sampled.length === 0) {
    return {
      textAllowed: false,
      specialAllowed: false,
      timestampLow: 0,
      timestampHigh: MAX_INITIAL_TIMESTAMP,
    };
  }
  const lastIsTimestamp = sampled.at(-1)! >= firstTimestampToken;
  const penultimateIsTimestamp = sampled.length < 2 || sampled.at(-2)! >= firstTimestampToken;
  // A start timestamp: text has to follow, or the end.
  if (lastIsTimestamp && penultimateIsTimestamp) {
    const mayEnd = sampled.length < 2 || sampled.at(-1)! - firstTimestampToken >= speaksUntil;
    return { textAllowed: true, specialAllowed: mayEnd, ...NO_TIMESTAMP };
  }
  const last = lastTimestamp(sampled, firstTimestampToken);
  // An end timestamp: the next segment starts at the same time or later, or all ends.
  if (lastIsTimestamp)
    return { textAllowed: false, specialAllowed: true, timestampLow: last, timestampHigh: LAST_TIMESTAMP };
  // In text: a segment may end, but not where it began: no zero length, no endless loop.
  return { textAllowed: true, specialAllowed: true, timestampLow: last + 1, timestampHigh: LAST_TIMESTAMP };
}

/** Index of the last timestamp sampled; -1 where there is none, so that all are allowed. */
function lastTimestamp(sampled: readonly number[], firstTimestampToken: number): number {
  for (let i = sampled.length - 1; i >= 0; i--) {
    if (sampled[i]! >= firstTimestampToken) return sampled[i]! - firstTimestampToken;
  }
  return -1;
}
