/**
 * The logit rules on one row of full logits, for sampling, where the graph's top-k does not suffice. The graph applies the
 * same rules for everything else (choice-graph.ts); test/model/choice-graph.test.ts holds the two together.
 */
import { FORBIDDEN } from "../choice-graph.js";
import type { TokenConstraint } from "./timestamp-rules.js";
import type { RowChoice } from "./token-decoder.js";

export interface VocabularyLayout {
  readonly endToken: number;
  readonly firstTimestampToken: number;
}

/** Applies mask and constraint to `logits` [vocabulary] in place and returns log Σ exp over what is left. */
export function filterLogits(
  logits: Float32Array,
  mask: Float32Array,
  constraint: TokenConstraint,
  { endToken, firstTimestampToken }: VocabularyLayout,
): number {
  for (let token = 0; token < logits.length; token++) {
    if (isAllowed(token)) logits[token]! += mask[token]!;
    else logits[token] = FORBIDDEN;
  }
  const text = logits.subarray(0, firstTimestampToken);
  const timestamps = logits.subarray(firstTimestampToken);
  if (logSumExp(timestamps) > maximum(text)) text.fill(FORBIDDEN);
  return logSumExp(logits);

  function isAllowed(token: number): boolean {
    if (token < endToken) return constraint.textAllowed;
    if (token < firstTimestampToken) return constraint.specialAllowed;
    const index = token - firstTimestampToken;
    return index >= constraint.timestampLow && index <= constraint.timestampHigh;
  }
}

/** Draws a token from softmax(logits / temperature); its log-probability is that of the unscaled logits. */
export function sampleToken(
  logits: Float32Array,
  logSum: number,
  temperature: number,
  random: () => number,
): RowChoice {
  const top = maximum(logits);
  let total = 0;
  for (const logit of logits) total += Math.exp((logit - top) / temperature);
  let left = random() * total;
  let token = logits.indexOf(top);
  for (let i = 0; i < logits.length; i++) {
    left -= Math.exp((logits[i]! - top) / temperature);
    if (left < 0) {
      token = i;
      break;
    }
  }
  return { tokens: [token], logprobs: [logits[token]! - logSum] };
}

/** Softmax probability of one token among raw logits. */
export function probabilityOf(token: number, logits: Float32Array): number {
  return Math.exp(logits[token]! - logSumExp(logits));
}

export function logSumExp(values: Float32Array): number {
  const top = maximum(values);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - top);
  return top + Math.log(sum);
}

function maximum(values: Float32Array): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > top) top = value;
  return top;
}
