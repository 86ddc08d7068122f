/**
 * How the loopback sounds once the room has carried it to the microphone: an adaptive filter in the frequency domain, cut into
 * partitions so that it can be longer than a block. It is a Kalman filter: every tap carries the variance of what is not known of it,
 * and a step weighs that against how loud everything else in the microphone is. So it is fast while little is known, and hardly moves
 * while somebody talks over the echo.
 *
 * The frequency-domain noise and innovation are those of F. Kuech, E. Mabande, G. Enzner, "State-space architecture of the
 * partitioned-block-based acoustic echo controller", ICASSP 2014. Variances are kept by tap instead of by bin, because what is known
 * beforehand lies in time: after the direct sound an impulse response decays.
 */
import { RealFft } from "./real-fft.js";

/** Part of a tap that may have changed from one block to the next. Rooms do when people move. */
const LOST = 0.0005;
/** What may appear in a tap where nothing was, as power. */
const TAP_INNOVATION = 1e-8;
/** Share of the past in the running mean of what is no echo. */
const NOISE_MEMORY = 0.5;
/** What is no echo is at least this part of what is left. */
const MIN_NOISE_SHARE = 0.01;
/** Power of a bin below which nothing is learnt. */
const POWER_FLOOR = 1e-7;

export class EchoPathFilter {
  readonly blockSamples: number;
  readonly #partitions: number;
  readonly #lost: number;
  readonly #bins: number;
  readonly #fft: RealFft;
  /** Interleaved spectra of the last blocks of the reference, a ring of `[partitions × 2 bins]`; row `#newest` is the last. */
  readonly #reference: Float64Array;
  #newest = 0;
  readonly #previous: Float64Array;
  readonly #response: Float64Array;
  /** Interleaved spectra of the response's partitions, `[partitions × 2 bins]`. */
  readonly #weights: Float64Array;
  readonly #variances: Float64Array;
  /** Sums of the variances, by partition. */
  readonly #uncertainty: Float64Array;
  /** Power of what is no echo, by bin. */
  readonly #noise: Float64Array;
  /** Power of the echo that is not known yet, by bin. */
  readonly #unknown: Float64Array;
  readonly #time: Float64Array;
  readonly #spectrum: Float64Array;
  readonly #error: Float64Array;

  /** `blockSamples`: a power of two. `[taps]` of power are expected in the response, a whole number of blocks. */
  constructor(blockSamples: number, expectedPower: Float64Array, unsteadiness = 1) {
    const bins = blockSamples + 1;
    const partitions = expectedPower.length / blockSamples;
    this.#lost = unsteadiness * LOST;
    this.blockSamples = blockSamples;
    this.#partitions = partitions;
    this.#bins = bins;
    this.#fft = new RealFft(2 * blockSamples);
    this.#reference = new Float64Array(partitions * 2 * bins);
    this.#previous = new Float64Array(blockSamples);
    this.#response = new Float64Array(expectedPower.length);
    this.#weights = new Float64Array(partitions * 2 * bins);
    this.#variances = expectedPower.slice();
    this.#uncertainty = Float64Array.from({ length: partitions }, (_, partition) => {
      const first = partition * blockSamples;
      return expectedPower.subarray(first, first + blockSamples).reduce((sum, power) => sum + power, 0);
    });
    this.#noise = new Float64Array(bins);
    this.#unknown = new Float64Array(bins);
    this.#time = new Float64Array(2 * blockSamples);
    this.#spectrum = new Float64Array(2 * bins);
    this.#error = new Float64Array(2 * bins);
  }

  /** Another filter that knows as much, and has heard nothing; it takes the path for so many times as unsteady. */
  copy(unsteadiness: number): EchoPathFilter {
    const copy = new EchoPathFilter(this.blockSamples, this.#variances, unsteadiness);
    copy.#response.set(this.#response);
    copy.#weights.set(this.#weights);
    copy.#noise.set(this.#noise);
    return copy;
  }

  /** Takes the next block of the reference, and writes the echo that it and those before make, as far as is known, to `echo`. */
  predict(reference: Float32Array, echo: Float32Array): void {
    const { blockSamples } = this;
    const width = 2 * this.#bins;
    this.#newest = (this.#newest + this.#partitions - 1) % this.#partitions;
    this.#time.set(this.#previous);
    this.#time.set(reference, blockSamples);
    this.#previous.set(reference);
    const newest = this.#newest * width;
    this.#fft.forward(this.#time, this.#reference.subarray(newest, newest + width));
    const sum = this.#spectrum.fill(0);
    for (let partition = 0; partition < this.#partitions; partition++) {
      const x = this.#rowOf(partition);
      const w = partition * width;
      for (let k = 0; k < width; k += 2) {
        const xRe = this.#reference[x + k]!;
        const xIm = this.#reference[x + k + 1]!;
        const wRe = this.#weights[w + k]!;
        const wIm = this.#weights[w + k + 1]!;
        sum[k] = sum[k]! + xRe * wRe - xIm * wIm;
        sum[k + 1] = sum[k + 1]! + xRe * wIm + xIm * wRe;
      }
    }
    this.#fft.inverse(sum, this.#time);
    // The first half is the tail of a circle: only the second is the convolution.
    for (let i = 0; i < blockSamples; i++) echo[i] = this.#time[blockSamples + i]!;
  }

  /** Learns from what the predicted echo left of the microphone's block. */
  learn(left: Float32Array): void {
    const { blockSamples } = this;
    const width = 2 * this.#bins;
    this.#time.fill(0, 0, blockSamples);
    this.#time.set(left, blockSamples);
    this.#fft.forward(this.#time, this.#error);
    this.#weighUnknown();
    this.#weighNoise();
    for (let partition = 0; partition < this.#partitions; partition++) {
      const information = blockSamples * this.#correlate(partition);
      this.#step(partition, information);
      this.#time.fill(0, blockSamples);
      this.#fft.forward(this.#time, this.#weights.subarray(partition * width, (partition + 1) * width));
    }
  }

  #weighUnknown(): void {
    this.#unknown.fill(0);
    for (let partition = 0; partition < this.#partitions; partition++) {
      const x = this.#rowOf(partition);
      // Half: a spectrum is of two blocks, and what is left of one.
      const half = 0.5 * this.#uncertainty[partition]!;
      for (let bin = 0; bin < this.#bins; bin++) {
        const re = this.#reference[x + 2 * bin]!;
        const im = this.#reference[x + 2 * bin + 1]!;
        this.#unknown[bin] = this.#unknown[bin]! + half * (re * re + im * im);
      }
    }
  }

  #weighNoise(): void {
    for (let bin = 0; bin < this.#bins; bin++) {
      const re = this.#error[2 * bin]!;
      const im = this.#error[2 * bin + 1]!;
      const power = re * re + im * im;
      const excess = Math.max(power - this.#unknown[bin]!, MIN_NOISE_SHARE * power);
      this.#noise[bin] = NOISE_MEMORY * this.#noise[bin]! + (1 - NOISE_MEMORY) * excess;
    }
  }

  /**
   * Writes the correlation of a partition's reference with the error, both whitened by the error's expected power, to `#time`, by tap.
   * Returns what a sample tells about a tap: the mean of the reference's power over that of the error.
   */
  #correlate(partition: number): number {
    const x = this.#rowOf(partition);
    const product = this.#spectrum;
    let ratios = 0;
    for (let bin = 0; bin < this.#bins; bin++) {
      const k = 2 * bin;
      const xRe = this.#reference[x + k]!;
      const xIm = this.#reference[x + k + 1]!;
      const eRe = this.#error[k]!;
      const eIm = this.#error[k + 1]!;
      const weight = 1 / (this.#unknown[bin]! + this.#noise[bin]! + POWER_FLOOR);
      ratios += weight * (xRe * xRe + xIm * xIm);
      product[k] = weight * (xRe * eRe + xIm * eIm);
      product[k + 1] = weight * (xRe * eIm - xIm * eRe);
    }
    this.#fft.inverse(product, this.#time);
    return (0.5 * ratios) / this.#bins;
  }

  /** Kalman's step of a partition's taps, each for itself. Leaves the taps in the first half of `#time`. */
  #step(partition: number, information: number): void {
    const { blockSamples } = this;
    const first = partition * blockSamples;
    const kept = 1 - this.#lost;
    let uncertainty = 0;
    let left = first === 0 ? 0 : this.#response[first - 1]!;
    for (let i = 0; i < blockSamples; i++) {
      const tap = first + i;
      const before = this.#variances[tap]!;
      const after = before / (1 + before * information);
      const value = kept * (this.#response[tap]! + blockSamples * after * this.#time[i]!);
      const right = this.#response[tap + 1] ?? 0;
      // A drifting clock carries the response from tap to tap.
      const moving = 0.5 * value * value + 0.25 * (left * left + right * right);
      const variance = kept ** 2 * after + (1 - kept ** 2) * (moving + TAP_INNOVATION);
      this.#response[tap] = value;
      left = value;
      this.#variances[tap] = variance;
      this.#time[i] = value;
      uncertainty += variance;
    }
    this.#uncertainty[partition] = uncertainty;
  }

  #rowOf(partition: number): number {
    return ((this.#newest + partition) % this.#partitions) * 2 * this.#bins;
  }
}
