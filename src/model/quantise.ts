/** Weights to 8 bits, symmetric, rounded to nearest. Pure; matrices are [out, in] row-major as checkpoints hold them. */

export interface QuantisedWeight {
  /** [in, out], -127 to 127. */
  readonly values: Int8Array;
  /** [out]: values × scale ≈ weights. */
  readonly scales: Float32Array;
}

/** A scale per output, and the matrix transposed to [in, out]: what the 8-bit product of layers.ts reads. */
export function quantisePerOutput(weight: Float32Array, outputs: number): QuantisedWeight {
  const inputs = weight.length / outputs;
  const values = new Int8Array(weight.length);
  const scales = new Float32Array(outputs);
  for (let out = 0; out < outputs; out++) {
    const scale = symmetricScale(weight, out * inputs, inputs);
    scales[out] = scale;
    for (let i = 0; i < inputs; i++)
      values[i * outputs + out] = clampedRound(weight[out * inputs + i]! / scale);
  }
  return { values, scales };
}

/** [out, in] → [in, out] */
export function transpose(weight: Float32Array, outputs: number): Float32Array {
  const inputs = weight.length / outputs;
  const result = new Float32Array(weight.length);
  for (let out = 0; out < outputs; out++) {
    for (let i = 0; i < inputs; i++) result[i * outputs + out] = weight[out * inputs + i]!;
  }
  return result;
}

/** The scale that maps the largest magnitude to 127; 1 where all is zero, so that nothing divides by it. */
function symmetricScale(weight: Float32Array, start: number, length: number): number {
  let largest = 0;
  for (let i = 0; i < length; i++) largest = Math.max(largest, Math.abs(weight[start + i]!));
  return largest === 0 ? 1 : Math.fround(largest / 127);
}

function clampedRound(value: number): number {
  return Math.max(-127, Math.min(127, Math.round(value)));
}
