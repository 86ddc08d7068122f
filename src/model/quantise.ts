/** Weights to 8 bits, symmetric, rounded to nearest. Pure; matrices are [out, in] row-major as checkpoints hold them. */

export interface BlockQuantised {
  /** [out, in / block, block], zero point 128. */
  readonly values: Uint8Array;
  /** [out, in / block] */
  readonly scales: Float32Array;
}

/** A scale per `blockSize` inputs of each row: the layout of onnxruntime's MatMulNBits. */
export function quantiseBlocks(weight: Float32Array, blockSize: number): BlockQuantised {
  const blocks = weight.length / blockSize;
  if (!Number.isInteger(blocks))
    throw new RangeError(`${weight.length} weights do not divide into blocks of ${blockSize}`);
  const values = new Uint8Array(weight.length);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const start = block * blockSize;
    const scale = symmetricScale(weight, start, blockSize);
    scales[block] = scale;
    for (let i = start; i < start + blockSize; i++) values[i] = clampedRound(weight[i]! / scale) + 128;
  }
  return { values, scales };
}

export interface ColumnQuantised {
  /** [in, out] */
  readonly values: Int8Array;
  /** [out] */
  readonly scales: Float32Array;
}

/** A scale per row of [out, in], written transposed: the layout of onnxruntime's DynamicQuantizeMatMul. */
export function quantiseColumns(weight: Float32Array, outputs: number): ColumnQuantised {
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
