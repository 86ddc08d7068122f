/** The last samples of a channel, a frame at any distance. */
export class SampleHistory {
  readonly #samples: Float32Array;
  readonly #frameSamples: number;

  /** Silence, until something is pushed. */
  constructor(samples: number, frameSamples: number) {
    this.#samples = new Float32Array(samples);
    this.#frameSamples = frameSamples;
  }

  push(frame: Float32Array): void {
    this.#samples.copyWithin(0, frame.length);
    this.#samples.set(frame, this.#samples.length - frame.length);
  }

  /** The frame that ended `samplesAgo` before the end of the newest; a view, good until the next `push`. */
  frame(samplesAgo: number): Float32Array {
    const end = this.#samples.length - samplesAgo;
    return this.#samples.subarray(end - this.#frameSamples, end);
  }
}
