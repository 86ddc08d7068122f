/**
 * How loud a channel is, as meters show it, in dBFS of a full-scale amplitude of 1 (a full-scale sine has an RMS of -3 dBFS).
 *
 * Ballistics: the RMS is that of a VU meter (IEC 60268-17: 99 % of a step in 300 ms); the peak rises at once and falls as a type I
 * programme meter does (IEC 60268-10: 20 dB in 1.7 s), so that no peak is missed however rarely the level is read.
 */
import { SAMPLE_RATE_HZ } from "../units.js";

/** Stands for digital silence and all below it. */
export const SILENCE_DBFS = -120;

const VU_RISE_SECONDS = 0.3;
/** Part of the difference to the new energy that one sample makes up for. */
const ENERGY_STEP = 1 - 0.01 ** (1 / (VU_RISE_SECONDS * SAMPLE_RATE_HZ));
const PEAK_FALL_DB_PER_SECOND = 20 / 1.7;
const PEAK_DECAY = 10 ** (-PEAK_FALL_DB_PER_SECOND / 20 / SAMPLE_RATE_HZ);
const SILENCE_AMPLITUDE = 10 ** (SILENCE_DBFS / 20);
/** What falls towards zero stops here, long before denormal numbers, which are slow. */
const NOTHING = 1e-30;

export interface Level {
  readonly rmsDbfs: number;
  readonly peakDbfs: number;
}

export class LevelMeter {
  #energy = 0;
  #peak = 0;

  /** 16 kHz samples, full scale ±1. The level does not depend on how they are cut into calls. */
  push(samples: Float32Array): void {
    let energy = this.#energy;
    let peak = this.#peak;
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i]!;
      energy += (sample * sample - energy) * ENERGY_STEP;
      if (energy < NOTHING) energy = 0;
      peak = Math.max(Math.abs(sample), peak * PEAK_DECAY);
      if (peak < NOTHING) peak = 0;
    }
    this.#energy = energy;
    this.#peak = peak;
  }

  get level(): Level {
    return { rmsDbfs: toDbfs(Math.sqrt(this.#energy)), peakDbfs: toDbfs(this.#peak) };
  }
}

export function toDbfs(amplitude: number): number {
  return amplitude > SILENCE_AMPLITUDE ? 20 * Math.log10(amplitude) : SILENCE_DBFS;
}

/** The largest amplitude of a block. */
export function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]!));
  return peak;
}
