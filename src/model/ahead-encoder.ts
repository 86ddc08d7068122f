/** Windows that another thread encodes before they are asked for. */
import type { EncodedPart } from "./audio-encoder.js";
import type { EncoderThread } from "./encoder-thread.js";

interface EncodedAhead {
  readonly parts: Promise<readonly EncodedPart[]>;
  isThere: boolean;
}

export class AheadEncoder {
  readonly #encoder: Promise<EncoderThread>;
  /** What it encodes or has encoded. */
  readonly #windows = new Map<Float32Array, EncodedAhead>();

  /** The thread may still load. */
  constructor(encoder: Promise<EncoderThread>) {
    this.#encoder = encoder;
  }

  /** The mel's buffer goes to the thread; the array stays the window's name. `frames`: of the window (audio-encoder.ts). */
  begin(mel: Float32Array, frames?: number): void {
    const ahead: EncodedAhead = { parts: this.#encode(mel, frames), isThere: false };
    const there = () => {
      ahead.isThere = true;
    };
    ahead.parts.then(there, there); // Who takes it meets the failure.
    this.#windows.set(mel, ahead);
  }

  /** Whether it is not there yet. */
  isEncoding(mel: Float32Array): boolean {
    return this.#windows.get(mel)?.isThere === false;
  }

  /** How many are not there yet. */
  get encodingCount(): number {
    return [...this.#windows.values()].filter(({ isThere }) => !isThere).length;
  }

  /** A window that was begun, once. */
  take(mel: Float32Array): Promise<readonly EncodedPart[]> | undefined {
    const parts = this.#windows.get(mel)?.parts;
    this.#windows.delete(mel);
    return parts;
  }

  async #encode(mel: Float32Array, frames?: number): Promise<readonly EncodedPart[]> {
    return await (await this.#encoder).encodeWhole(mel, frames);
  }
}
