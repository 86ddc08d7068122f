/** Weights to 8 bits, symmetric, rounded to nearest. Pure; matrices are [out, in] row-major as checkpoints hold them. */

export interface QuantisedWeight {
  /** -127 to 127: [in, out], or, of what is quantised as rows, [out, in]. */
  readonly values: Int8Array;
  /** [out]: values × scale ≈ weights. */
  readonly scales: Float32Array;
}

/** A scale per output, and the matrix transposed to [in, out]: what the 8-bit product of layers.ts reads. */
export function quantisePerOutput(weight: Float32Array, outputs: number): QuantisedWeight {
  const { values, scales } = quantiseRows(weight, outputs);
  return { values: transpose(values, outputs), scales };
}

/** The same, and the matrix stays [out, in]. */
export function quantiseRows(weight: Float32Array, outputs: number): QuantisedWeight {
  const inputs = weight.length / outputs;
  const values = new Int8Array(weight.length);
  const scales = new Float32Array(outputs);
  for (let out = 0; out < outputs; out++) {
    const scale = symmetricScale(weight, out * inputs, inputs);
    scales[out] = scale;
    for (let at = out * inputs; at < (out + 1) * inputs; at++) values[at] = clampedRound(weight[at]! / scale);
  }
  return { values, scales };
}

/** What rounding rows to nearest left, in the same form: the sum of both is as exact as 15 bits. */
export function quantiseRest(weight: Float32Array, { values, scales }: QuantisedWeight): QuantisedWeight {
  const inputs = weight.length / scales.length;
  const restScales = scales.map((scale) => scale / 254);
  const rest = values.map((value, at) => {
    const out = Math.floor(at / inputs);
    return clampedRound((weight[at]! - value * scales[out]!) / restScales[out]!);
  });
  return { values: rest, scales: restScales };
}

/**
 * As quantisePerOutput, but the rounding errors of an output's weights are chosen to cancel for inputs as they really are:
 * `moment` [in, in] is XᵀX of many rows X of inputs. Weights are rounded one after the other, and each makes up for what
 * those before it did to the result (GPTQ, Frantar et al. 2022, arXiv:2210.17323, in the form of Babai's nearest plane: back
 * substitution through the Cholesky factor of the moment). Inputs of the largest power come first, when most are left to make up.
 */
export function quantiseTogether(
  weight: Float32Array,
  outputs: number,
  moment: Float64Array,
  damping: number,
): QuantisedWeight {
  const inputs = weight.length / outputs;
  const order = inAscendingPower(moment, inputs);
  const factor = choleskyUpper(damped(moment, order, damping), inputs);
  const values = new Int8Array(weight.length);
  const scales = new Float32Array(outputs);
  /** Weight minus rounded weight, of those done already. */
  const errors = new Float64Array(inputs);
  for (let out = 0; out < outputs; out++) {
    const scale = symmetricScale(weight, out * inputs, inputs);
    scales[out] = scale;
    for (let i = inputs - 1; i >= 0; i--) {
      let carried = 0;
      for (let j = i + 1, at = i * inputs + j; j < inputs; j++, at++) carried += factor[at]! * errors[j]!;
      const own = weight[out * inputs + order[i]!]!;
      const value = clampedRound((own + carried / factor[i * inputs + i]!) / scale);
      errors[i] = own - value * scale;
      values[order[i]! * outputs + out] = value;
    }
  }
  return { values, scales };
}

function inAscendingPower(moment: Float64Array, size: number): Int32Array {
  const power = (i: number) => moment[i * size + i]!;
  return Int32Array.from({ length: size }, (_, i) => i).sort((a, b) => power(a) - power(b) || a - b);
}

/** The moment in this order, with `damping` times its mean diagonal added: no direction is free because no row had it. */
function damped(moment: Float64Array, order: Int32Array, damping: number): Float64Array {
  const size = order.length;
  let trace = 0;
  for (let i = 0; i < size; i++) trace += moment[i * size + i]!;
  const result = new Float64Array(moment.length);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) result[i * size + j] = moment[order[i]! * size + order[j]!]!;
    result[i * size + i]! += trace === 0 ? 1 : (damping * trace) / size;
  }
  return result;
}

/** R with RᵀR = the symmetric positive definite matrix [size, size]; made in its place. */
function choleskyUpper(matrix: Float64Array, size: number): Float64Array {
  for (let k = 0; k < size; k++) {
    const own = k * size;
    const pivot = Math.sqrt(matrix[own + k]!);
    for (let j = k; j < size; j++) matrix[own + j]! /= pivot;
    for (let i = k + 1; i < size; i++) {
      const factor = matrix[own + i]!;
      if (factor === 0) continue;
      const row = i * size;
      for (let j = i; j < size; j++) matrix[row + j]! -= factor * matrix[own + j]!;
    }
  }
  return matrix;
}

/** [out, in] → [in, out] */
export function transpose<Matrix extends Float32Array | Int8Array>(weight: Matrix, outputs: number): Matrix {
  const inputs = weight.length / outputs;
  const result = weight.slice() as Matrix;
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
