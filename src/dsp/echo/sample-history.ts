/** The last samples of a channel, a frame at any distance. */
export class SampleHistory {
  readonly #length: number;
  readonly #frameSamples: number;
  /** A sixteenth longer than what is kept, and a frame at least: so all of it moves less than once a second. */
  readonly #samples: Float32Array;
  #end: number;

  /** Silence, until something is pushed. */
  constructor(samples: number, frameSamples: number) {
    this.#length = samples;
    this.#frameSamples = frameSamples;
    this.#samples = new Float32Array(samples + Math.max(frameSamples, Math.ceil(samples / 16)));
    this.#end = samples;
  }

  push(frame: Float32Array): void {
    if (this.#end + frame.length > this.#samples.length) {
      this.#samples.copyWithin(0, this.#end - this.#length, this.#end);
      this.#end = this.#length;
    }
    this.#samples.set(frame, this.#end);
    this.#end += frame.length;
  }

  /** The frame that ended `samplesAgo` before the end of the newest; a view, good until the next `push`. */
  frame(samplesAgo: number): Float32Array {
    const end = this.#end - samplesAgo;
    return this.#samples.subarray(end - this.#frameSamples, end);
  }
}
