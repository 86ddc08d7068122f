/** Log-mel columns of the recent past, by their frame in the recording; what no window will need is dropped. */
import { LogMel } from "../dsp/mel.js";

/** Room for a full window, what is decided late, and a chunk; grows where chunks are larger. */
const INITIAL_COLUMNS = 4500;

export class MelHistory {
  readonly nMels: number;
  readonly #mel: LogMel;
  /** [columns × nMels]; its first column is `#firstFrame`. */
  #columns: Float32Array;
  #firstFrame = 0;
  #endFrame = 0;

  constructor(nMels: 80 | 128) {
    this.nMels = nMels;
    this.#mel = new LogMel(nMels);
    this.#columns = new Float32Array(INITIAL_COLUMNS * nMels);
  }

  /** The first frame that is kept. */
  get firstFrame(): number {
    return this.#firstFrame;
  }

  /** Frames before this one are complete. */
  get endFrame(): number {
    return this.#endFrame;
  }

  push(samples: Float32Array): void {
    this.#reserve(this.#mel.maxColumns(samples.length));
    this.#endFrame += this.#mel.push(samples, this.#free());
  }

  /** The recording is over: the columns that are left, as if silence followed. */
  flush(): void {
    this.#reserve(this.#mel.maxColumns(0));
    this.#endFrame += this.#mel.flush(this.#free());
  }

  /** A copy of [startFrame, endFrame), the reader's to keep; frames past the end are left out. */
  slice(startFrame: number, endFrame: number): Float32Array {
    if (startFrame < this.#firstFrame) {
      throw new RangeError(`frame ${startFrame} is gone; the first kept is ${this.#firstFrame}`);
    }
    const end = Math.min(endFrame, this.#endFrame);
    return this.#columns.slice(
      (startFrame - this.#firstFrame) * this.nMels,
      (end - this.#firstFrame) * this.nMels,
    );
  }

  /** Frames before this one are not needed any more. */
  dropBefore(frame: number): void {
    const dropped = Math.min(frame, this.#endFrame) - this.#firstFrame;
    // Moving the rest costs time: only when half of the room would come free.
    if (dropped * this.nMels < this.#columns.length / 2) return;
    this.#columns.copyWithin(0, dropped * this.nMels, (this.#endFrame - this.#firstFrame) * this.nMels);
    this.#firstFrame += dropped;
  }

  free(): void {
    this.#mel.free();
  }

  #free(): Float32Array {
    return this.#columns.subarray((this.#endFrame - this.#firstFrame) * this.nMels);
  }

  #reserve(columns: number): void {
    const needed = (this.#endFrame - this.#firstFrame + columns) * this.nMels;
    if (needed <= this.#columns.length) return;
    const larger = new Float32Array(Math.max(needed, this.#columns.length * 2));
    larger.set(this.#columns);
    this.#columns = larger;
  }
}
