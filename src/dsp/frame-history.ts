import { WINDOW_SAMPLES } from "../units.js";
import { VAD_FRAME_SAMPLES } from "./speech-detector.js";

/** The last minute of frame probabilities, by the number of their frame in the recording. */
export class FrameHistory {
  /** A minute: a full window, the look beyond it, and the longest that a detector takes to decide on speech. */
  readonly #ring = new Float32Array(Math.ceil((2 * WINDOW_SAMPLES) / VAD_FRAME_SAMPLES));
  #frames = 0;

  /** Frames pushed so far. */
  get frames(): number {
    return this.#frames;
  }

  push(probability: number): void {
    this.#ring[this.#frames % this.#ring.length] = probability;
    this.#frames++;
  }

  at(frame: number): number {
    return this.#ring[frame % this.#ring.length]!;
  }
}
