/**
 * Changes of basis that leave a model's results as they are, folded into its weights before they are rounded: activations come
 * out alike in all channels, and a scale per row fits them (QuaRot, Ashkboos et al. 2024, arXiv:2404.00456). Pure; linears are
 * y = x·Wᵀ + b with W [out, in] row-major, as checkpoints hold them.
 */

export interface FloatLinear {
  /** [out, in] */
  readonly weight: Float32Array;
  /** [out] */
  readonly bias: Float32Array;
}

/** Normalisation's weight and bias [in] move into the linear behind it. */
export function foldNorm(linear: FloatLinear, normWeight: Float32Array, normBias: Float32Array): FloatLinear {
  const inputs = normWeight.length;
  const weight = new Float32Array(linear.weight.length);
  const bias = linear.bias.map((value, out) => {
    let sum = value;
    for (let i = 0; i < inputs; i++) {
      const own = linear.weight[out * inputs + i]!;
      weight[out * inputs + i] = own * normWeight[i]!;
      sum += own * normBias[i]!;
    }
    return sum;
  });
  return { weight, bias };
}

/** For inputs that come rotated, x·Q in blocks of `block` channels: W·Q. */
export function rotateInputs({ weight, bias }: FloatLinear, block: number): FloatLinear {
  return { weight: rotatedBlocks(weight, block), bias };
}

/** Gives its outputs rotated, y·Q in blocks of `block` channels: Qᵀ·W and b·Q. */
export function rotateOutputs({ weight, bias }: FloatLinear, block: number): FloatLinear {
  const outputs = bias.length;
  const inputs = weight.length / outputs;
  const rotated = new Float32Array(weight.length);
  const rotate = rotator(block);
  const column = new Float64Array(block);
  for (let start = 0; start < outputs; start += block) {
    for (let i = 0; i < inputs; i++) {
      for (let k = 0; k < block; k++) column[k] = weight[(start + k) * inputs + i]!;
      rotate(column);
      for (let k = 0; k < block; k++) rotated[(start + k) * inputs + i] = column[k]!;
    }
  }
  return { weight: rotated, bias: rotatedBlocks(bias, block) };
}

/** Q [size, size], row-major: what x is multiplied by on its right. */
export function rotationMatrix(size: number): Float32Array {
  const identity = new Float32Array(size * size);
  for (let i = 0; i < size; i++) identity[i * size + i] = 1;
  return rotatedBlocks(identity, size);
}

/** Every block of consecutive numbers times Q. */
function rotatedBlocks(values: Float32Array, block: number): Float32Array {
  const rotate = rotator(block);
  const rotated = new Float32Array(values.length);
  const part = new Float64Array(block);
  for (let start = 0; start < values.length; start += block) {
    part.set(values.subarray(start, start + block));
    rotate(part);
    rotated.set(part, start);
  }
  return rotated;
}

/**
 * Multiplies a vector of this size by Q, in place. Q is orthogonal, the same every time, spreads every channel over all, and maps
 * (1, …, 1) to itself: so the mean of a vector is the mean of the rotated one, and a layer normalisation without weights
 * commutes with it. It is random signs, a Hadamard transform over the largest power of two in the size, a reflection over
 * what is left of it (3 × 2ⁿ, 5 × 2ⁿ), and a reflection that puts (1, …, 1) back in its place.
 */
function rotator(size: number): (vector: Float64Array) => void {
  const power = size & -size;
  const random = uniform(size);
  const signs = Float64Array.from({ length: size }, () => (random() < 0.5 ? -1 : 1));
  const mix = (vector: Float64Array) => {
    for (let i = 0; i < size; i++) vector[i]! *= signs[i]!;
    for (let width = 1; width < power; width *= 2) hadamardStep(vector, width);
    mixBlocks(vector, power);
  };
  const mirror = new Float64Array(size).fill(1);
  mix(mirror);
  for (let i = 0; i < size; i++) mirror[i]! -= 1;
  const square = dot(mirror, mirror);
  return (vector) => {
    mix(vector);
    if (square === 0) return;
    const factor = (2 * dot(vector, mirror)) / square;
    for (let i = 0; i < size; i++) vector[i]! -= factor * mirror[i]!;
  };
}

function hadamardStep(vector: Float64Array, width: number): void {
  for (let start = 0; start < vector.length; start += 2 * width) {
    for (let i = start; i < start + width; i++) {
      const [a, b] = [vector[i]!, vector[i + width]!];
      vector[i] = (a + b) * Math.SQRT1_2;
      vector[i + width] = (a - b) * Math.SQRT1_2;
    }
  }
}

/** Reflects each channel of the blocks at the mean over the blocks. */
function mixBlocks(vector: Float64Array, width: number): void {
  const blocks = vector.length / width;
  if (blocks === 1) return;
  for (let i = 0; i < width; i++) {
    let sum = 0;
    for (let at = i; at < vector.length; at += width) sum += vector[at]!;
    for (let at = i; at < vector.length; at += width) vector[at]! -= (2 * sum) / blocks;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Numbers from 0 to 1 that are the same on every machine (a linear congruence modulo 2³²). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
