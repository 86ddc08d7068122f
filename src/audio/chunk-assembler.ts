/** Cuts decoded samples into chunks of one length, wherever the decoder's own frames end. */
import { exactDivide, SAMPLE_RATE_HZ } from "../units.js";

/** Half a second: a few messages a second, and little in flight. */
const DEFAULT_CHUNK_SAMPLES = exactDivide(SAMPLE_RATE_HZ, 2);

export class ChunkAssembler {
  readonly #channels: number;
  /** Of all channels, interleaved. */
  readonly #chunkLength: number;
  #chunk: Float32Array<ArrayBuffer>;
  #filled = 0;
  readonly #ready: Float32Array[] = [];
  #total = 0;

  constructor(channels: number, chunkSamples = DEFAULT_CHUNK_SAMPLES) {
    this.#channels = channels;
    this.#chunkLength = chunkSamples * channels;
    this.#chunk = new Float32Array(this.#chunkLength);
  }

  /** Samples of each channel pushed so far. */
  get totalSamples(): number {
    return this.#total / this.#channels;
  }

  /** Copies `samples`: the caller may overwrite them. */
  push(samples: Float32Array): void {
    this.#total += samples.length;
    for (let taken = 0; taken < samples.length; ) {
      const count = Math.min(samples.length - taken, this.#chunkLength - this.#filled);
      this.#chunk.set(samples.subarray(taken, taken + count), this.#filled);
      this.#filled += count;
      taken += count;
      if (this.#filled === this.#chunkLength) this.#finishChunk();
    }
  }

  /** The oldest full chunk, now the caller's; undefined while there is none. */
  shift(): Float32Array | undefined {
    return this.#ready.shift();
  }

  /** Makes the last, shorter chunk available. */
  end(): void {
    if (this.#filled > 0) this.#finishChunk();
  }

  #finishChunk(): void {
    const chunk = this.#filled === this.#chunkLength ? this.#chunk : this.#chunk.slice(0, this.#filled);
    // Damaged float audio holds NaN and infinities, and one of them would spoil a whole window.
    for (let i = 0; i < chunk.length; i++) if (!Number.isFinite(chunk[i])) chunk[i] = 0;
    this.#ready.push(chunk);
    this.#chunk = new Float32Array(this.#chunkLength);
    this.#filled = 0;
  }
}
