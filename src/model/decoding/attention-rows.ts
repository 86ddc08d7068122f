/** Scores of the alignment heads, put together from the steps that gave them. */
import { discardBuffers } from "../discard.js";
import type { AttentionScores } from "../timing/attention-matrix.js";

export class AttentionRows {
  readonly #heads: number;
  /** Frames that are kept, those with audio. */
  readonly #frames: number;
  /** Of each token [heads × frames]. */
  readonly #tokens: Float32Array[] = [];

  constructor(heads: number, frames: number) {
    this.#heads = heads;
    this.#frames = frames;
  }

  /** `alignment` [heads × tokens × a window's frames], as a step of one row returns it; the first `skipped` tokens are left out. */
  append(alignment: Float32Array, tokens: number, skipped = 0): void {
    const width = alignment.length / (this.#heads * tokens);
    for (let token = Math.max(0, skipped); token < tokens; token++) {
      const row = new Float32Array(this.#heads * this.#frames);
      for (let head = 0; head < this.#heads; head++) {
        const start = (head * tokens + token) * width;
        row.set(alignment.subarray(start, start + this.#frames), head * this.#frames);
      }
      this.#tokens.push(row);
    }
  }

  truncate(length: number): void {
    this.#tokens.length = Math.max(0, Math.min(length, this.#tokens.length));
  }

  /** Frees its memory; it is not to be used afterwards. */
  discard(): void {
    discardBuffers(this.#tokens.splice(0));
  }

  scores(): AttentionScores {
    const tokens = this.#tokens.length;
    const scores = new Float32Array(this.#heads * tokens * this.#frames);
    for (const [token, row] of this.#tokens.entries()) {
      for (let head = 0; head < this.#heads; head++) {
        const own = row.subarray(head * this.#frames, (head + 1) * this.#frames);
        scores.set(own, (head * tokens + token) * this.#frames);
      }
    }
    return { scores, heads: this.#heads, tokens, frames: this.#frames };
  }
}
