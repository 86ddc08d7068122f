/**
 * Whether the microphone hears the loopback at all, and how much later: generalised cross-correlation with phase transform. Whitening
 * makes every bin count the same, so one sharp peak stands where the direct sound is, in rooms and under other voices too.
 *
 * @see C. H. Knapp, G. C. Carter, "The generalized correlation method for estimation of time delay", 1976
 */
import { SAMPLE_RATE_HZ } from "../../units.js";
import { energy } from "./energy.js";
import { RealFft } from "./real-fft.js";

/** Of the loopback: 1 s. */
const WINDOW_SAMPLES = 16_384;
/** Of the microphone, the newest: 256 ms, so that any lag up to the rest has its whole loopback in the window. */
const MICROPHONE_SAMPLES = 4096;
/** Fades at both ends of a window: a cut-off would correlate with any other. */
const FADE_SAMPLES = 256;
/** Below there is hum, above there may be a codec's or a resampler's edge. */
const LOWEST_HZ = 200;
const HIGHEST_HZ = 7000;
/** Share of the past in the running mean of correlations. */
const MEMORY = 0.6;
/** Windows are active where enough parts of 32 ms are above −70 dBFS: one click in silence correlates with every other click. */
const PART_SAMPLES = 512;
const ACTIVE_POWER = 1e-7;
const MIN_MICROPHONE_PARTS = 4;
const MIN_LOOPBACK_PARTS = 6;

export interface Leak {
  /** Samples from the loopback to its echo; negative where the clocks are apart. */
  readonly lagSamples: number;
  /** Height of the peak over the root mean square of all lags: about 4 without a leak, 10 to 45 with one. */
  readonly peakRatio: number;
  /** Amplitude of the direct sound in the microphone over that in the loopback, roughly. */
  readonly gain: number;
}

export class LeakDetector {
  readonly #minLag: number;
  readonly #maxLag: number;
  readonly #fft = new RealFft(WINDOW_SAMPLES);
  readonly #microphone = new Float64Array(WINDOW_SAMPLES);
  readonly #loopback = new Float64Array(WINDOW_SAMPLES);
  readonly #time = new Float64Array(WINDOW_SAMPLES);
  readonly #microphoneSpectrum = new Float64Array(WINDOW_SAMPLES + 2);
  readonly #loopbackSpectrum = new Float64Array(WINDOW_SAMPLES + 2);
  readonly #mean = new Float64Array(WINDOW_SAMPLES + 2);

  constructor(minLagSamples: number, maxLagSamples: number) {
    this.#minLag = minLagSamples;
    this.#maxLag = maxLagSamples;
  }

  /** Takes the next samples of both, as many of each, at most a window. */
  push(microphone: Float32Array, loopback: Float32Array): void {
    shift(this.#microphone, microphone);
    shift(this.#loopback, loopback);
  }

  /** Looks at the last samples. undefined where one of the two is silent. */
  analyse(): Leak | undefined {
    const start = WINDOW_SAMPLES - MICROPHONE_SAMPLES;
    if (activeParts(this.#microphone, start) < MIN_MICROPHONE_PARTS) return undefined;
    if (activeParts(this.#loopback, start - this.#maxLag) < MIN_LOOPBACK_PARTS) return undefined;
    this.#transform(this.#loopback, 0, this.#loopbackSpectrum);
    this.#transform(this.#microphone, start, this.#microphoneSpectrum);
    this.#correlate();
    return this.#peak();
  }

  /** The spectrum of the samples from `start` on, faded in and out. */
  #transform(samples: Float64Array, start: number, spectrum: Float64Array): void {
    this.#time.fill(0, 0, start);
    for (let i = start; i < WINDOW_SAMPLES; i++) {
      const fade = Math.min(1, (i - start + 1) / FADE_SAMPLES, (WINDOW_SAMPLES - i) / FADE_SAMPLES);
      this.#time[i] = samples[i]! * fade;
    }
    this.#fft.forward(this.#time, spectrum);
  }

  #correlate(): void {
    const d = this.#microphoneSpectrum;
    const x = this.#loopbackSpectrum;
    const binHz = SAMPLE_RATE_HZ / WINDOW_SAMPLES;
    const last = 2 * Math.floor(HIGHEST_HZ / binHz);
    for (let k = 2 * Math.ceil(LOWEST_HZ / binHz); k <= last; k += 2) {
      const re = d[k]! * x[k]! + d[k + 1]! * x[k + 1]!;
      const im = d[k + 1]! * x[k]! - d[k]! * x[k + 1]!;
      const weight = (1 - MEMORY) / (Math.sqrt(re * re + im * im) + Number.MIN_VALUE);
      this.#mean[k] = MEMORY * this.#mean[k]! + weight * re;
      this.#mean[k + 1] = MEMORY * this.#mean[k + 1]! + weight * im;
    }
    this.#fft.inverse(this.#mean, this.#time);
  }

  #peak(): Leak {
    let lagSamples = 0;
    let peak = 0;
    let squares = 0;
    for (let lag = this.#minLag; lag <= this.#maxLag; lag++) {
      const value = this.#time[(lag + WINDOW_SAMPLES) % WINDOW_SAMPLES]!;
      squares += value * value;
      if (Math.abs(value) <= peak) continue;
      peak = Math.abs(value);
      lagSamples = lag;
    }
    const rms = Math.sqrt(squares / (this.#maxLag - this.#minLag + 1));
    return { lagSamples, peakRatio: peak / (rms + Number.MIN_VALUE), gain: this.#gainAt(lagSamples) };
  }

  #gainAt(lag: number): number {
    let product = 0;
    let power = 0;
    for (let i = WINDOW_SAMPLES - MICROPHONE_SAMPLES; i < WINDOW_SAMPLES - Math.max(0, -lag); i++) {
      const x = this.#loopback[i - lag]!;
      product += x * this.#microphone[i]!;
      power += x * x;
    }
    return Math.abs(product) / (power + Number.MIN_VALUE);
  }
}

function shift(samples: Float64Array, next: Float32Array): void {
  samples.copyWithin(0, next.length);
  samples.set(next, samples.length - next.length);
}

function activeParts(samples: Float64Array, start: number): number {
  let active = 0;
  for (let part = start; part + PART_SAMPLES <= samples.length; part += PART_SAMPLES) {
    if (energy(samples.subarray(part, part + PART_SAMPLES)) > ACTIVE_POWER * PART_SAMPLES) active++;
  }
  return active;
}
