/** Weights to 4 bits, a scale for every few inputs, as onnxruntime's MatMulNBits reads them. Pure; matrices are [out, in] row-major. */

/** Inputs that share a scale. */
export const BLOCK_INPUTS = 32;
/** Two weights a byte. */
export const BLOCK_BYTES = BLOCK_INPUTS / 2;
/** What is stored for a weight of zero: weights are -8 to 7. */
const ZERO = 8;
/** Steps from zero to the block's largest weight. With 8 it is met; with fewer or more the others often are closer. */
const STEPS_TO_LARGEST = [7, 7.5, 8, 8.5, 9];

export interface BlockWeight {
  /** [out, in / BLOCK_INPUTS, BLOCK_BYTES]; of two weights the first is in the low bits. */
  readonly packed: Uint8Array;
  /** [out, in / BLOCK_INPUTS]: (stored - ZERO) × scale ≈ weight. May be negative: there is one step more below zero than above. */
  readonly scales: Float32Array;
}

/** The number of inputs must be a multiple of BLOCK_INPUTS: blocks do not reach across outputs. */
export function quantiseInBlocks(weight: Float32Array): BlockWeight {
  const blocks = weight.length / BLOCK_INPUTS;
  const packed = new Uint8Array(blocks * BLOCK_BYTES);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const own = weight.subarray(block * BLOCK_INPUTS, (block + 1) * BLOCK_INPUTS);
    const { step, scale } = bestScale(own);
    scales[block] = scale;
    for (let i = 0; i < BLOCK_BYTES; i++) {
      const low = steps(own[2 * i]!, step) + ZERO;
      const high = steps(own[2 * i + 1]!, step) + ZERO;
      packed[block * BLOCK_BYTES + i] = low | (high << 4);
    }
  }
  return { packed, scales };
}

/**
 * Of the steps that are tried that with the smallest squared error, and the scale that fits the rounded weights q best, Σwq / Σq². With it
 * the error is Σw² - (Σwq)² / Σq².
 */
function bestScale(block: Float32Array): { readonly step: number; readonly scale: number } {
  let largest = 0;
  for (const value of block) if (Math.abs(value) > Math.abs(largest)) largest = value;
  let best = { step: 1, scale: 0 };
  let bestGain = 0;
  if (largest === 0) return best;
  for (const count of STEPS_TO_LARGEST) {
    const step = -largest / count;
    let product = 0;
    let power = 0;
    for (let i = 0; i < BLOCK_INPUTS; i++) {
      const rounded = steps(block[i]!, step);
      product += block[i]! * rounded;
      power += rounded * rounded;
    }
    const gain = product ** 2 / power;
    if (gain > bestGain) {
      bestGain = gain;
      best = { step, scale: product / power };
    }
  }
  return best;
}

function steps(value: number, step: number): number {
  return Math.max(-ZERO, Math.min(ZERO - 1, Math.round(value / step)));
}
