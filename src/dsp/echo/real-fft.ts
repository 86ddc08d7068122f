/**
 * Fourier transform of real samples, as a complex transform of half the size: every second sample is an imaginary part. Spectra are
 * interleaved complex, bins 0 to size / 2: `size + 2` numbers.
 *
 * @see https://en.wikipedia.org/wiki/Fast_Fourier_transform#FFT_algorithms_specialized_for_real_or_symmetric_data
 */
import FFT from "fft.js";

export class RealFft {
  readonly size: number;
  readonly #complex: FFT;
  readonly #work: Float64Array;
  /** exp(-2πik / size), interleaved. */
  readonly #twiddles: Float64Array;

  /** `size`: a power of two, at least 4. */
  constructor(size: number) {
    this.size = size;
    this.#complex = new FFT(size / 2);
    this.#work = new Float64Array(size);
    this.#twiddles = new Float64Array(size);
    for (let k = 0; k < size / 2; k++) {
      this.#twiddles[2 * k] = Math.cos((2 * Math.PI * k) / size);
      this.#twiddles[2 * k + 1] = -Math.sin((2 * Math.PI * k) / size);
    }
  }

  /** `samples`: [size]; `spectrum`: [size + 2], overwritten. */
  forward(samples: Float64Array, spectrum: Float64Array): void {
    const { size } = this;
    const half = this.#work;
    const twiddles = this.#twiddles;
    this.#complex.transform(half, samples);
    spectrum[0] = half[0]! + half[1]!;
    spectrum[1] = 0;
    spectrum[size] = half[0]! - half[1]!;
    spectrum[size + 1] = 0;
    for (let k = 2; k < size; k += 2) {
      const mirror = size - k;
      const evenRe = 0.5 * (half[k]! + half[mirror]!);
      const evenIm = 0.5 * (half[k + 1]! - half[mirror + 1]!);
      const oddRe = 0.5 * (half[k + 1]! + half[mirror + 1]!);
      const oddIm = 0.5 * (half[mirror]! - half[k]!);
      const cos = twiddles[k]!;
      const sin = twiddles[k + 1]!;
      spectrum[k] = evenRe + oddRe * cos - oddIm * sin;
      spectrum[k + 1] = evenIm + oddRe * sin + oddIm * cos;
    }
  }

  /** The inverse of `forward`. `spectrum`: [size + 2]; `samples`: [size], overwritten. */
  inverse(spectrum: Float64Array, samples: Float64Array): void {
    const { size } = this;
    const half = this.#work;
    const twiddles = this.#twiddles;
    half[0] = 0.5 * (spectrum[0]! + spectrum[size]!);
    half[1] = 0.5 * (spectrum[0]! - spectrum[size]!);
    for (let k = 2; k < size; k += 2) {
      const mirror = size - k;
      const evenRe = 0.5 * (spectrum[k]! + spectrum[mirror]!);
      const evenIm = 0.5 * (spectrum[k + 1]! - spectrum[mirror + 1]!);
      const differenceRe = 0.5 * (spectrum[k]! - spectrum[mirror]!);
      const differenceIm = 0.5 * (spectrum[k + 1]! + spectrum[mirror + 1]!);
      const cos = twiddles[k]!;
      const sin = twiddles[k + 1]!;
      const oddRe = differenceRe * cos + differenceIm * sin;
      const oddIm = differenceIm * cos - differenceRe * sin;
      half[k] = evenRe - oddIm;
      half[k + 1] = evenIm + oddRe;
    }
    this.#complex.inverseTransform(samples, half);
  }
}
