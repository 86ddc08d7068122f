/** From the scores of the alignment heads to one matrix of how much each token looks at each moment. */
import { MedianFilter } from "./median-filter.js";

export interface AttentionScores {
  /** [heads × tokens × frames], row-major, before softmax; tokens are a whole sequence, from its first to its last. Only read. */
  readonly scores: Float32Array;
  readonly heads: number;
  readonly tokens: number;
  /** 20 ms each; 1500 in a window. */
  readonly frames: number;
}

/**
 * Mean over the heads of their softmaxed, standardised and smoothed rows [lastRow - firstRow × usedFrames], of the tokens
 * [firstRow, lastRow). What lies behind `usedFrames` is no audio and counts nowhere. Rows are standardised over all tokens of the
 * sequence (biased deviation).
 *
 * Source: openai/whisper timing.py:204-213 at c0d2f62. There a frame at which all tokens look alike becomes NaN; here it
 * is 0: it speaks for none of them.
 */
export function attentionMatrix(
  { scores, heads, tokens, frames }: AttentionScores,
  usedFrames: number,
  firstRow: number,
  lastRow: number,
): Float32Array {
  if (scores.length !== heads * tokens * frames) {
    throw new RangeError(
      `attention scores: expected ${heads} × ${tokens} × ${frames}, got ${scores.length} values`,
    );
  }
  const weights = new Float32Array(tokens * usedFrames);
  const matrix = new Float32Array((lastRow - firstRow) * usedFrames);
  const medians = new MedianFilter(usedFrames);
  const mean = new Float64Array(usedFrames);
  const perDeviation = new Float64Array(usedFrames);
  for (let head = 0; head < heads; head++) {
    for (let token = 0; token < tokens; token++) {
      const start = (head * tokens + token) * frames;
      const row = weights.subarray(token * usedFrames, (token + 1) * usedFrames);
      softmax(scores.subarray(start, start + usedFrames), row);
    }
    measureColumns(weights, tokens, mean, perDeviation);
    for (let token = firstRow; token < lastRow; token++) {
      const row = weights.subarray(token * usedFrames, (token + 1) * usedFrames);
      for (let frame = 0; frame < usedFrames; frame++)
        row[frame] = (row[frame]! - mean[frame]!) * perDeviation[frame]!;
      medians.apply(row);
      const sum = matrix.subarray((token - firstRow) * usedFrames, (token - firstRow + 1) * usedFrames);
      for (let frame = 0; frame < usedFrames; frame++) sum[frame]! += row[frame]!;
    }
  }
  for (let i = 0; i < matrix.length; i++) matrix[i]! /= heads;
  return matrix;
}

function softmax(scores: Float32Array, out: Float32Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) if (scores[i]! > largest) largest = scores[i]!;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const power = Math.exp(scores[i]! - largest);
    out[i] = power;
    sum += power;
  }
  const scale = 1 / sum;
  for (let i = 0; i < out.length; i++) out[i]! *= scale;
}

/** Mean of each column of `rows` [count × columns], and 1 over its biased standard deviation: 0 where all rows are alike. */
function measureColumns(
  rows: Float32Array,
  count: number,
  mean: Float64Array,
  perDeviation: Float64Array,
): void {
  const columns = mean.length;
  mean.fill(0);
  perDeviation.fill(0);
  for (let at = 0; at < rows.length; ) {
    for (let column = 0; column < columns; column++) mean[column]! += rows[at++]!;
  }
  for (let column = 0; column < columns; column++) mean[column]! /= count;
  for (let at = 0; at < rows.length; ) {
    for (let column = 0; column < columns; column++) {
      const difference = rows[at++]! - mean[column]!;
      perDeviation[column]! += difference * difference;
    }
  }
  for (let column = 0; column < columns; column++) {
    const variance = perDeviation[column]! / count;
    perDeviation[column] = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  }
}
