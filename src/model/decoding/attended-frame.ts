/** Where in the audio some tokens look most. */
import type { AttentionScores } from "../timing/attention-matrix.js";

/** Attention is summed over 0.42 s: a word's is spread that far, and single peaks mislead. */
const HALF_WIDTH_FRAMES = 10;

/** The frame (20 ms) that the rows [firstRow, lastRow) attend to most, all heads together. */
export function attendedFrame(
  { scores, heads, tokens, frames }: AttentionScores,
  firstRow: number,
  lastRow: number,
): number {
  const attention = new Float64Array(frames);
  for (let head = 0; head < heads; head++) {
    for (let row = firstRow; row < lastRow; row++) {
      const start = (head * tokens + row) * frames;
      addSoftmax(scores.subarray(start, start + frames), attention);
    }
  }
  return heaviestFrame(attention);
}

function addSoftmax(scores: Float32Array, sums: Float64Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) if (scores[i]! > largest) largest = scores[i]!;
  let total = 0;
  for (let i = 0; i < scores.length; i++) total += Math.exp(scores[i]! - largest);
  for (let i = 0; i < scores.length; i++) sums[i]! += Math.exp(scores[i]! - largest) / total;
}

/** The middle of the heaviest stretch of 2 × HALF_WIDTH_FRAMES + 1 frames. */
function heaviestFrame(weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i <= HALF_WIDTH_FRAMES && i < weights.length; i++) sum += weights[i]!;
  let heaviest = sum;
  let best = 0;
  for (let frame = 1; frame < weights.length; frame++) {
    sum += (weights[frame + HALF_WIDTH_FRAMES] ?? 0) - (weights[frame - HALF_WIDTH_FRAMES - 1] ?? 0);
    if (sum > heaviest) {
      heaviest = sum;
      best = frame;
    }
  }
  return best;
}
