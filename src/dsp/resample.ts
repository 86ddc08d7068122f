/**
 * Streaming sample rate conversion between any two rates: a polyphase filter bank made from a Kaiser-windowed sinc.
 * Pure arithmetic, no allocation after construction. Output sample i lies at time i / outputRateHz of the input, and the
 * samples do not depend on how the input is cut into calls, bit for bit.
 *
 * Design after J. O. Smith, "Digital Audio Resampling", https://ccrma.stanford.edu/~jos/resample/
 */
import { exactDivide } from "../units.js";

/** Attenuation of everything past the transition band. */
const STOPBAND_DB = 82;
/** Kaiser's formula for attenuations above 50 dB. */
const KAISER_BETA = 0.1102 * (STOPBAND_DB - 8.7);
/** Zero crossings of the sinc on each side: sets the width of the transition band, and the cost. */
const ZERO_CROSSINGS = 22;
/**
 * Where the filter is 6 dB down, as a fraction of the lower Nyquist frequency. At 16 kHz out: flat to 6.6 kHz, 6 dB down
 * at 7.5 kHz, stop-band from 8.4 kHz, so that what folds back at all lands in the top 0.4 kHz.
 */
const CUTOFF = 15 / 16;
/** Ratios with more phases than this (44 101 Hz and the like) interpolate between the phases of a smaller table. */
const MAX_EXACT_PHASES = 1024;
/** Linear interpolation between 512 phases errs below -115 dB: under the stop-band. */
const INTERPOLATED_PHASES = 512;
/** The terms of an adjustable ratio are of this order: far finer than any clock, and their products stay whole numbers. */
const ADJUSTABLE_TERM = 2 ** 34;
/** Input samples taken into the work buffer at a time. */
const BLOCK_SAMPLES = 8192;

export class Resampler {
  readonly inputRateHz: number;
  readonly outputRateHz: number;
  /** Output rate : input rate in lowest terms, or where it is adjustable in terms about as large as ADJUSTABLE_TERM. */
  readonly #up: number;
  #down: number;
  readonly #unstretchedDown: number;
  readonly #isAdjustable: boolean;
  readonly #exact: boolean;
  readonly #taps: number;
  /** `[phases × taps]`, row-major; with interpolation one more row, the first shifted by a sample. */
  readonly #bank: Float32Array;
  /** Input that some later output still needs, oldest first. */
  readonly #work: Float32Array;
  #filled = 0;
  /** Next output: its first tap lies on `#work[#at]`, and it is `#phase / #up` of a sample later. */
  #at = 0;
  #phase = 0;

  /** Rates are whole numbers of hertz. Throws RangeError on others. Only an `adjustable` ratio can be stretched; it costs more. */
  constructor(inputRateHz: number, outputRateHz: number, { adjustable = false } = {}) {
    for (const rateHz of [inputRateHz, outputRateHz]) {
      if (!Number.isSafeInteger(rateHz) || rateHz < 1) throw new RangeError(`sample rate: ${rateHz} Hz`);
    }
    this.inputRateHz = inputRateHz;
    this.outputRateHz = outputRateHz;
    const divisor = greatestCommonDivisor(inputRateHz, outputRateHz);
    const up = exactDivide(outputRateHz, divisor);
    const down = exactDivide(inputRateHz, divisor);
    const scale = adjustable ? Math.ceil(ADJUSTABLE_TERM / Math.max(up, down)) : 1;
    this.#up = up * scale;
    this.#down = down * scale;
    this.#unstretchedDown = this.#down;
    this.#isAdjustable = adjustable;
    this.#exact = this.#up <= MAX_EXACT_PHASES;
    const stretch = Math.max(1, this.#down / this.#up);
    this.#taps = 2 * Math.ceil(ZERO_CROSSINGS * stretch);
    this.#bank = filterBank(
      this.#exact ? this.#up : INTERPOLATED_PHASES,
      this.#taps,
      stretch,
      this.#exact ? 0 : 1,
    );
    this.#work = new Float32Array(BLOCK_SAMPLES + 2 * this.#taps);
    this.reset();
  }

  /**
   * From here on the output is longer by this part of its length than the rates say: 0.0001 makes 16 001.6 samples of 16 000. For
   * clocks that are a little off, and small enough not to be heard. Throws RangeError where the ratio is not adjustable.
   */
  stretch(part: number): void {
    if (!this.#isAdjustable) throw new RangeError("the ratio of this resampler is fixed");
    this.#down = Math.round(this.#unstretchedDown / (1 + part));
  }

  /** An upper bound of what `process` writes for so many input samples, and `flush` for none. */
  maxOutputSamples(inputSamples: number): number {
    return Math.ceil(((inputSamples + 2 * this.#taps) * this.#up) / this.#down) + 1;
  }

  /** Writes the output that `input` completes to the start of `output`; returns how many samples that is. */
  process(input: Float32Array, output: Float32Array): number {
    this.#requireRoom(output, input.length);
    if (this.#up === this.#down && !this.#isAdjustable) {
      output.set(input);
      return input.length;
    }
    let written = 0;
    for (let taken = 0; taken < input.length; ) {
      const count = Math.min(input.length - taken, this.#work.length - this.#filled);
      this.#work.set(input.subarray(taken, taken + count), this.#filled);
      this.#filled += count;
      taken += count;
      written += this.#emit(output, written, Number.POSITIVE_INFINITY);
    }
    return written;
  }

  /**
   * Ends the stream: writes what is still due, so that the output is round(input samples × output rate / input rate)
   * long in all, and makes ready for another stream.
   */
  flush(output: Float32Array): number {
    this.#requireRoom(output, 0);
    // Outputs whose centre, between the two middle taps, lies before the end of the input.
    const centre = this.#at + this.#taps / 2 - 1;
    const due = Math.round(((this.#filled - centre) * this.#up - this.#phase) / this.#down);
    let written = 0;
    while (written < due) {
      this.#work.fill(0, this.#filled);
      this.#filled = this.#work.length;
      written += this.#emit(output, written, due - written);
    }
    this.reset();
    return written;
  }

  /** Forgets the stream so far. */
  reset(): void {
    // The first output lies on the first input, with half of its taps before it.
    this.#filled = this.#taps / 2 - 1;
    this.#work.fill(0, 0, this.#filled);
    this.#at = 0;
    this.#phase = 0;
  }

  #requireRoom(output: Float32Array, inputSamples: number): void {
    const needed = this.maxOutputSamples(inputSamples);
    if (output.length < needed) {
      throw new RangeError(`output holds ${output.length} samples, expected at least ${needed}`);
    }
  }

  /** Writes up to `limit` outputs whose taps are all there to `output` from `offset` on; drops the input they used up. */
  #emit(output: Float32Array, offset: number, limit: number): number {
    const lastStart = this.#filled - this.#taps - this.#at;
    if (lastStart < 0) return 0;
    const up = this.#up;
    const available = Math.floor(((lastStart + 1) * up - 1 - this.#phase) / this.#down) + 1;
    const count = Math.min(available, limit);
    if (this.#exact) this.#emitByPhase(output, offset, count);
    else this.#emitInterpolated(output, offset, count);
    const advanced = this.#phase + count * this.#down;
    this.#at += Math.floor(advanced / up);
    this.#phase = advanced % up;
    this.#work.copyWithin(0, this.#at, this.#filled);
    this.#filled -= this.#at;
    this.#at = 0;
    return count;
  }

  /**
   * Every `up`-th output has the same phase, so four of them share each coefficient that is loaded: two to three times as
   * fast as one output after the other. Each sum runs in one fixed order however the outputs are grouped.
   */
  #emitByPhase(output: Float32Array, offset: number, count: number): void {
    const work = this.#work;
    const bank = this.#bank;
    const taps = this.#taps;
    const up = this.#up;
    const down = this.#down;
    for (let first = 0; first < Math.min(up, count); first++) {
      const position = this.#phase + first * down;
      const row = (position % up) * taps;
      let start = this.#at + Math.floor(position / up);
      let k = first;
      for (; k + 3 * up < count; k += 4 * up, start += 4 * down) {
        let sum0 = 0;
        let sum1 = 0;
        let sum2 = 0;
        let sum3 = 0;
        for (let tap = 0; tap < taps; tap += 2) {
          const even = bank[row + tap]!;
          const odd = bank[row + tap + 1]!;
          let j = start + tap;
          sum0 += work[j]! * even + work[j + 1]! * odd;
          j += down;
          sum1 += work[j]! * even + work[j + 1]! * odd;
          j += down;
          sum2 += work[j]! * even + work[j + 1]! * odd;
          j += down;
          sum3 += work[j]! * even + work[j + 1]! * odd;
        }
        output[offset + k] = sum0;
        output[offset + k + up] = sum1;
        output[offset + k + 2 * up] = sum2;
        output[offset + k + 3 * up] = sum3;
      }
      for (; k < count; k += up, start += down) {
        output[offset + k] = dot(work, start, bank, row, taps);
      }
    }
  }

  #emitInterpolated(output: Float32Array, offset: number, count: number): void {
    const work = this.#work;
    const bank = this.#bank;
    const taps = this.#taps;
    const up = this.#up;
    for (let k = 0; k < count; k++) {
      const position = this.#phase + k * this.#down;
      const start = this.#at + Math.floor(position / up);
      const phase = ((position % up) / up) * INTERPOLATED_PHASES;
      const row = Math.floor(phase);
      const before = row * taps;
      const after = before + taps;
      let sumBefore = 0;
      let sumAfter = 0;
      for (let tap = 0; tap < taps; tap += 2) {
        const even = work[start + tap]!;
        const odd = work[start + tap + 1]!;
        sumBefore += even * bank[before + tap]! + odd * bank[before + tap + 1]!;
        sumAfter += even * bank[after + tap]! + odd * bank[after + tap + 1]!;
      }
      output[offset + k] = sumBefore + (phase - row) * (sumAfter - sumBefore);
    }
  }
}

/** Input from `start` on, weighted by the coefficients from `row` on. */
function dot(work: Float32Array, start: number, bank: Float32Array, row: number, taps: number): number {
  let sum = 0;
  for (let tap = 0; tap < taps; tap += 2) {
    sum += work[start + tap]! * bank[row + tap]! + work[start + tap + 1]! * bank[row + tap + 1]!;
  }
  return sum;
}

/**
 * Coefficients for outputs that lie `row / phases` of an input sample after the middle pair's left tap; each row sums to
 * one, so that a constant stays what it is.
 */
function filterBank(phases: number, taps: number, stretch: number, extraRows: number): Float32Array {
  const bank = new Float32Array((phases + extraRows) * taps);
  const row = new Float64Array(taps);
  const halfWidth = taps / 2;
  const cutoff = CUTOFF / stretch;
  for (let phase = 0; phase < phases + extraRows; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const time = tap - (halfWidth - 1) - phase / phases;
      row[tap] = sinc(cutoff * time) * kaiser(time / halfWidth);
      sum += row[tap]!;
    }
    for (let tap = 0; tap < taps; tap++) bank[phase * taps + tap] = row[tap]! / sum;
  }
  return bank;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser window over -1 … 1, without its constant factor (the rows are normalised). */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x));
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-16; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
