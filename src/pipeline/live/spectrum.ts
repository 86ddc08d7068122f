/** Log-mel as what a spectrogram is drawn of: fewer columns and bands, whole numbers. Pure. */
import { FRAMES_PER_SECOND } from "../../units.js";

/** Of one column: 50 ms. */
const STEP_FRAMES = 5;
export const SPECTRUM_STEP_SECONDS = STEP_FRAMES / FRAMES_PER_SECOND;
export const SPECTRUM_BANDS = 40;
/** log10 of mel power of the darkest and the brightest colour: loud speech reaches 2, a quiet room lies below -4. */
const DARKEST = -4;
const BRIGHTEST = 2;

export class Spectrum {
  readonly #nMels: number;
  readonly #stepFrames: number;
  #nextFrame = 0;

  /** `stepFrames`: frames of log-mel that one column stands for. */
  constructor(nMels: number, stepFrames = STEP_FRAMES) {
    this.#nMels = nMels;
    this.#stepFrames = stepFrames;
  }

  /** First frame that no column has yet. */
  get nextFrame(): number {
    return this.#nextFrame;
  }

  /** Whole columns of what has come since; `frames` [frames × mels] begin at `nextFrame`. */
  take(frames: Float32Array): Uint8Array[] {
    const count = Math.floor(frames.length / this.#nMels / this.#stepFrames);
    this.#nextFrame += count * this.#stepFrames;
    const length = this.#stepFrames * this.#nMels;
    return Array.from({ length: count }, (_, i) =>
      this.#column(frames.subarray(i * length, (i + 1) * length)),
    );
  }

  /** The loudest of each band. */
  #column(frames: Float32Array): Uint8Array {
    const column = new Uint8Array(SPECTRUM_BANDS);
    for (let i = 0; i < frames.length; i++) {
      const band = Math.floor(((i % this.#nMels) * SPECTRUM_BANDS) / this.#nMels);
      const part = (frames[i]! - DARKEST) / (BRIGHTEST - DARKEST);
      column[band] = Math.max(column[band]!, Math.min(255, Math.max(0, Math.round(255 * part))));
    }
    return column;
  }
}
