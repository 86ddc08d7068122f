/** The choice of the next token, out of the likely ones of each kind that the graph names (choice-graph.ts). */
import { FORBIDDEN, likelyTextTokens } from "./choice-graph.js";
import type { TokenConstraint } from "./decoding/timestamp-rules.js";
import type { RowChoice } from "./decoding/token-decoder.js";

/** What the graph says of one row, or position. */
export interface LikelyTokens {
  /** `likely_ids` */
  readonly ids: BigInt64Array;
  /** `likely_logits` */
  readonly logits: Float32Array;
  /** Of a text token, where the graph's own is not exact. */
  readonly exactLogit?: ((token: number) => number) | undefined;
}

export interface TokenChoice extends RowChoice {
  /** Of the target among the text tokens, whatever the constraint says (openai/whisper timing.py:190-193). */
  readonly targetLogprob: number;
}

interface Candidate {
  readonly token: number;
  readonly logit: number;
}

/**
 * The best `topK` tokens after all rules, the one on timestamp probability included: when the timestamps together are more probable than
 * any other token, one of them must come (openai/whisper decoding.py:494-505). Log-probabilities are over what the rules leave
 * (decoding.py:283-285). `target`: the text token that the graph was asked for.
 */
export function chooseTokens(
  likely: LikelyTokens,
  { textAllowed, specialAllowed }: TokenConstraint,
  topK: number,
  target: number,
): TokenChoice {
  const texts = likelyTextTokens(topK);
  const all = Array.from(likely.ids, (id, i) => ({ token: Number(id), logit: likely.logits[i]! }));
  const [targetLogit, textSum, specialSum, timestampSum] = likely.logits.subarray(all.length);
  const text = exactText(all.slice(0, texts), textSum!, likely.exactLogit);
  const targetLogprob = exactly(targetLogit!, target, likely.exactLogit) - text.logSum;

  const special = all.slice(texts, texts + topK);
  const untimed = Math.max(
    textAllowed ? text.best[0]!.logit : FORBIDDEN,
    specialAllowed ? special[0]!.logit : FORBIDDEN,
  );
  const mustBeTimestamp = timestampSum! > untimed;
  const mayBeText = textAllowed && !mustBeTimestamp;
  const mayBeSpecial = specialAllowed && !mustBeTimestamp;
  const candidates = [
    ...(mayBeText ? text.best : []),
    ...(mayBeSpecial ? special : []),
    ...all.slice(texts + topK),
  ];
  const total = logSumExp([
    ...(mayBeText ? [text.logSum] : []),
    ...(mayBeSpecial ? [specialSum!] : []),
    timestampSum!,
  ]);
  const best = candidates.sort((a, b) => b.logit - a.logit).slice(0, topK);
  return {
    tokens: best.map(({ token }) => token),
    logprobs: best.map(({ logit }) =>
      isAllowed(logit) ? Math.fround(logit - total) : Number.NEGATIVE_INFINITY,
    ),
    targetLogprob,
  };
}

/** The same tokens with exact logits, best first, and what that makes of the sum over all. */
function exactText(
  likely: readonly Candidate[],
  logSum: number,
  exactLogit: LikelyTokens["exactLogit"],
): { readonly best: readonly Candidate[]; readonly logSum: number } {
  if (exactLogit === undefined) return { best: likely, logSum };
  const best = likely.map(({ token, logit }) => ({ token, logit: exactly(logit, token, exactLogit) }));
  let gained = 0;
  for (const [i, { logit }] of best.entries())
    gained += Math.exp(logit - logSum) - Math.exp(likely[i]!.logit - logSum);
  return { best: best.sort((a, b) => b.logit - a.logit), logSum: logSum + Math.log1p(gained) };
}

function exactly(logit: number, token: number, exactLogit: LikelyTokens["exactLogit"]): number {
  return exactLogit === undefined || !isAllowed(logit) ? logit : exactLogit(token);
}

function isAllowed(logit: number): boolean {
  return logit > FORBIDDEN / 2;
}

function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
