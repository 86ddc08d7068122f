import type { Finished } from "./token-decoder.js";

/**
 * The best of several candidates by mean log-probability, or with Google NMT's length penalty where an exponent is given.
 * Source: openai/whisper decoding.py:190-213. The first wins a tie; `candidates` must not be empty.
 */
export function bestCandidate<T extends Pick<Finished, "tokens" | "sumLogprob" | "handicap">>(
  candidates: readonly T[],
  lengthPenalty: number | undefined,
): T {
  let best = candidates[0]!;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const candidate of candidates) {
    const { length } = candidate.tokens;
    const penalty = lengthPenalty === undefined ? Math.max(length, 1) : ((5 + length) / 6) ** lengthPenalty;
    const score = (candidate.sumLogprob - (candidate.handicap ?? 0)) / penalty;
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}
