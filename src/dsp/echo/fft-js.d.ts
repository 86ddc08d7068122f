/** The part of fft.js 4 that mubbles uses; the package has no types of its own. */
declare module "fft.js" {
  /** Complex transform of `size`, a power of two. Complex arrays are interleaved: real, imaginary, real, … */
  class FFT {
    constructor(size: number);
    transform(out: Float64Array, data: Float64Array): void;
    /** Divides by `size`. */
    inverseTransform(out: Float64Array, data: Float64Array): void;
  }
  export = FFT;
}
