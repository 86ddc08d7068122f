/** Log-mel columns of the recent past, by their frame in the recording; what no window will need is dropped. */
import { LogMel } from "../dsp/mel.js";
import { FFT_SAMPLES, HOP_SAMPLES } from "../units.js";

/** Room for a full window, what is decided late, and a chunk. */
const INITIAL_COLUMNS = 3600;
/** Where that is not enough. */
const GROWTH = 1.25;
/** Columns at the beginning of a stream that count samples in from before it: mirrored ones, where there are none. */
const EDGE_COLUMNS = Math.ceil(FFT_SAMPLES / 2 / HOP_SAMPLES);

export class MelHistory {
  readonly nMels: 80 | 128;
  readonly #mel: LogMel;
  /** [columns × nMels]; its first column is `#firstFrame`. */
  #columns: Float32Array;
  #firstFrame = 0;
  /** Frames before this one may make room for others. */
  #neededFrame = 0;
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
    this.#neededFrame = Math.max(this.#neededFrame, Math.min(frame, this.#endFrame));
  }

  free(): void {
    this.#mel.free();
  }

  #free(): Float32Array {
    return this.#columns.subarray((this.#endFrame - this.#firstFrame) * this.nMels);
  }

  /** Moves what is needed to the front only when the room is full, as it costs time. */
  #reserve(columns: number): void {
    if (this.#fits(columns)) return;
    const dropped = this.#neededFrame - this.#firstFrame;
    this.#columns.copyWithin(0, dropped * this.nMels, (this.#endFrame - this.#firstFrame) * this.nMels);
    this.#firstFrame = this.#neededFrame;
    if (this.#fits(columns)) return;
    const needed = (this.#endFrame - this.#firstFrame + columns) * this.nMels;
    const larger = new Float32Array(Math.max(needed, Math.ceil(this.#columns.length * GROWTH)));
    larger.set(this.#columns);
    this.#columns = larger;
  }

  #fits(columns: number): boolean {
    return (this.#endFrame - this.#firstFrame + columns) * this.nMels <= this.#columns.length;
  }
}
