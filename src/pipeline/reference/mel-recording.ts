/**
 * The log-mel of a whole recording, for windows that begin anywhere and share one dynamic range: what transcribe() of
 * openai/whisper works on. 115 MB an hour with 80 mels.
 */
import { LogMel, SILENCE_LOG10, scaleColumn } from "../../dsp/mel.js";
import { HOP_SAMPLES, WINDOW_FRAMES } from "../../units.js";

/** Columns are kept in blocks, so that nothing is copied as the recording grows. */
const BLOCK_FRAMES = WINDOW_FRAMES;

export class MelRecording {
  readonly nMels: 80 | 128;
  readonly #mel: LogMel;
  readonly #blocks: Float32Array[] = [];
  #columns = 0;
  #samples = 0;
  #loudest = SILENCE_LOG10;
  #scratch = new Float32Array(0);

  constructor(nMels: 80 | 128) {
    this.nMels = nMels;
    this.#mel = new LogMel(nMels);
  }

  push(samples: Float32Array): void {
    this.#samples += samples.length;
    const columns = this.#mel.push(samples, this.#room(this.#mel.maxColumns(samples.length)));
    this.#store(columns);
  }

  /** The recording is over: the columns that are left, as if silence followed. */
  end(): void {
    this.#store(this.#mel.flush(this.#room(this.#mel.maxColumns(0))));
  }

  /** Whole frames of the recording itself, without the silence after it. */
  get contentFrames(): number {
    return Math.floor(this.#samples / HOP_SAMPLES);
  }

  /**
   * A window [nMels × 3000] for the encoder. Its frames are the recording's from `startFrame` on, `frames` of them; what is
   * left is zero, as pad_or_trim() leaves it (audio.py:66-90), or with `padsSilence` the silence that follows a recording.
   */
  window(startFrame: number, frames: number, padsSilence = false): Float32Array {
    const out = new Float32Array(this.nMels * WINDOW_FRAMES);
    const silence = scaleColumn(SILENCE_LOG10, this.#loudest);
    for (let frame = 0; frame < WINDOW_FRAMES; frame++) {
      const at = startFrame + frame;
      const isInside = frame < frames && at < this.#columns;
      if (!isInside && !padsSilence && frame >= frames) break;
      const block = this.#blocks[Math.floor(at / BLOCK_FRAMES)];
      const column = (at % BLOCK_FRAMES) * this.nMels;
      for (let mel = 0; mel < this.nMels; mel++) {
        out[mel * WINDOW_FRAMES + frame] = isInside
          ? scaleColumn(block![column + mel]!, this.#loudest)
          : silence;
      }
    }
    return out;
  }

  free(): void {
    this.#mel.free();
  }

  #room(columns: number): Float32Array {
    const needed = columns * this.nMels;
    if (this.#scratch.length < needed) this.#scratch = new Float32Array(needed);
    return this.#scratch;
  }

  #store(columns: number): void {
    const values = this.#scratch.subarray(0, columns * this.nMels);
    for (const value of values) if (value > this.#loudest) this.#loudest = value;
    for (let done = 0; done < columns; ) {
      const inBlock = this.#columns % BLOCK_FRAMES;
      if (inBlock === 0) this.#blocks.push(new Float32Array(BLOCK_FRAMES * this.nMels));
      const count = Math.min(columns - done, BLOCK_FRAMES - inBlock);
      this.#blocks
        .at(-1)!
        .set(values.subarray(done * this.nMels, (done + count) * this.nMels), inBlock * this.nMels);
      this.#columns += count;
      done += count;
    }
  }
}
