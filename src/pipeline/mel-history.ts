/** Log-mel columns of the recent past, by their frame in the recording; what no window will need is dropped. */
import { LogMel } from "../dsp/mel.js";
import { FFT_SAMPLES, HOP_SAMPLES } from "../units.js";

/** Room for a full window, what is decided late, and a chunk; grows where chunks are larger. */
const INITIAL_COLUMNS = 4500;
/** Columns at the beginning of a stream that count samples in from before it: mirrored ones, where there are none. */
const EDGE_COLUMNS = Math.ceil(FFT_SAMPLES / 2 / HOP_SAMPLES);

export class MelHistory {
  readonly nMels: 80 | 128;
  readonly #mel: LogMel;
  /** [columns × nMels]; its first column is `#firstFrame`. */
  #columns: Float32Array;
  #firstFrame = 0;
  #endFrame = 0;
  /** That were pushed. */
  #samples = 0;

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
    this.#samples += samples.length;
    this.#reserve(this.#mel.maxColumns(samples.length));
    this.#endFrame += this.#mel.push(samples, this.#free());
  }

  /**
   * The last samples that were pushed sounded otherwise: their columns that are still here are made anew, but for two or three at either end, which
   * other samples count in as well. `frames` are equally long, the last of them the newest.
   */
  revise(frames: readonly Float32Array[]): void {
    const frameSamples = frames[0]?.length ?? 0;
    const count = frames.length * frameSamples;
    const before = this.#samples - count;
    const start = Math.ceil(before / HOP_SAMPLES);
    const skipped = start * HOP_SAMPLES - before;
    if (count - skipped < FFT_SAMPLES) return;
    const samples = new Float32Array(count);
    for (const [i, frame] of frames.entries()) samples.set(frame, i * frameSamples);
    const mel = new LogMel(this.nMels);
    const columns = new Float32Array(mel.maxColumns(count) * this.nMels);
    const made = mel.push(samples.subarray(skipped), columns);
    mel.free();
    const from = Math.max(before === 0 ? 0 : start + EDGE_COLUMNS, this.#firstFrame);
    const end = Math.min(start + made, this.#endFrame);
    if (end <= from) return;
    const revised = columns.subarray((from - start) * this.nMels, (end - start) * this.nMels);
    this.#columns.set(revised, (from - this.#firstFrame) * this.nMels);
  }

  /** The recording is over: the columns that are left, as if silence followed. */
  flush(): void {
    this.#reserve(this.#mel.maxColumns(0));
    this.#endFrame += this.#mel.flush(this.#free());
  }

  /** A copy of [startFrame, endFrame), the reader's to keep; frames past the end are left out. */
  slice(startFrame: number, endFrame: number): Float32Array {
    return this.view(startFrame, endFrame).slice();
  }

  /** The same as they lie here, until the next call of any other method. */
  view(startFrame: number, endFrame: number): Float32Array {
    if (startFrame < this.#firstFrame) {
      throw new RangeError(`frame ${startFrame} is gone; the first kept is ${this.#firstFrame}`);
    }
    const end = Math.min(endFrame, this.#endFrame);
    return this.#columns.subarray(
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
