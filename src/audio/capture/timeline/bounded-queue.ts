/** Samples that wait for their reader. Where there are too many, the oldest become silence, so that the rest stay in their places. */
import { SAMPLE_RATE_HZ } from "../../../units.js";

/** Silence is given away in chunks of at most half a second. */
export const MAX_SILENCE_SAMPLES = SAMPLE_RATE_HZ / 2;

export class BoundedQueue {
  readonly #capacitySamples: number;
  /** Dropped samples, before all that waits. */
  #silentSamples = 0;
  #chunks: Float32Array[] = [];
  #waitingSamples = 0;
  #droppedSamples = 0;

  constructor(capacitySamples: number) {
    this.#capacitySamples = capacitySamples;
  }

  /** All that were ever replaced by silence. */
  get droppedSamples(): number {
    return this.#droppedSamples;
  }

  push(chunk: Float32Array): void {
    this.#chunks.push(chunk);
    this.#waitingSamples += chunk.length;
    while (this.#waitingSamples > this.#capacitySamples) {
      const { length } = this.#chunks.shift()!;
      this.#waitingSamples -= length;
      this.#silentSamples += length;
      this.#droppedSamples += length;
    }
  }

  /** The oldest samples; undefined where there are none. */
  shift(): Float32Array | undefined {
    if (this.#silentSamples > 0) {
      const length = Math.min(this.#silentSamples, MAX_SILENCE_SAMPLES);
      this.#silentSamples -= length;
      return new Float32Array(length);
    }
    const chunk = this.#chunks.shift();
    this.#waitingSamples -= chunk?.length ?? 0;
    return chunk;
  }
}
