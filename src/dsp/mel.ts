/**
 * Whisper's log-mel spectrogram: columns while samples come (the wasm package of native/), then the model's input from
 * the columns of one window. Arithmetic of openai/whisper audio.py at c0d2f62, log_mel_spectrogram.
 */
import { createRequire } from "node:module";
import {
  LogMelStream,
  max_input_samples,
  max_output_columns,
  wasm_memory,
} from "../../native/pkg/rustfft_wasm.js";
import { FFT_SAMPLES, HOP_SAMPLES, WINDOW_FRAMES } from "../units.js";

const MAX_INPUT_SAMPLES = max_input_samples();
const MAX_OUTPUT_COLUMNS = max_output_columns();
const WASM_MEMORY = wasm_memory() as { readonly buffer: ArrayBuffer };

/** log10 of the smallest mel power that Whisper tells from silence. */
export const SILENCE_LOG10 = -10;
/** What lies further below the loudest value of a window is raised to that: 80 dB. */
const DYNAMIC_RANGE = 8;
/** Columns transposed at a time, so that what is read stays in the first cache. */
const BLOCK_COLUMNS = 32;

/** The version of the wasm package. */
export function logMelVersion(): string {
  const { version } = createRequire(import.meta.url)("../../native/pkg/package.json") as { version: string };
  return version;
}

/**
 * Mel columns of one stream of 16 kHz mono samples. Column i is centred on sample i · HOP_SAMPLES; before the first
 * sample the stream is mirrored. The columns do not depend on how the stream is cut into calls, bit for bit. A sample
 * that is no finite number silences the columns it is in.
 */
export class LogMel {
  readonly nMels: 80 | 128;
  readonly #stream: LogMelStream;
  /** Views of the wasm memory; a growing memory detaches them. */
  #input = new Float32Array(0);
  #output = new Float32Array(0);

  constructor(nMels: 80 | 128) {
    if (nMels !== 80 && nMels !== 128) throw new RangeError(`nMels: expected 80 or 128, got ${nMels}`);
    this.nMels = nMels;
    this.#stream = new LogMelStream(nMels);
  }

  /** Columns that `out` must have room for when this many samples are pushed, or 0 for `flush`. */
  maxColumns(sampleCount: number): number {
    return Math.ceil((FFT_SAMPLES + sampleCount) / HOP_SAMPLES);
  }

  /**
   * Writes every column whose last sample is now there: log10 of the mel power, at least -10, `[columns × nMels]`, one
   * column after another. Returns their number. Throws RangeError if `out` is shorter than `maxColumns(samples.length)`.
   */
  push(samples: Float32Array, out: Float32Array): number {
    this.#requireRoom(samples.length, out);
    let columns = 0;
    for (let start = 0; start < samples.length; start += MAX_INPUT_SAMPLES) {
      const piece = samples.subarray(start, start + MAX_INPUT_SAMPLES);
      this.#refreshViews();
      this.#input.set(piece);
      columns += this.#copyColumns(this.#stream.push(piece.length), out, columns);
    }
    return columns;
  }

  /**
   * Ends the stream as if silence followed: writes every column left that reaches a real sample, as `push` does. The next
   * `push` starts a new stream.
   */
  flush(out: Float32Array): number {
    this.#requireRoom(0, out);
    this.#refreshViews();
    return this.#copyColumns(this.#stream.flush(), out, 0);
  }

  /** Forgets the samples taken: the next `push` starts a new stream. */
  reset(): void {
    this.#stream.reset();
  }

  /** Gives the wasm memory back; nothing can be called afterwards. */
  free(): void {
    this.#stream.free();
  }

  #requireRoom(sampleCount: number, out: Float32Array): void {
    requireLength("mel columns", this.maxColumns(sampleCount) * this.nMels, out.length);
  }

  #refreshViews(): void {
    if (this.#input.length > 0) return;
    const { buffer } = WASM_MEMORY;
    this.#input = new Float32Array(buffer, this.#stream.input_ptr(), MAX_INPUT_SAMPLES);
    this.#output = new Float32Array(buffer, this.#stream.output_ptr(), MAX_OUTPUT_COLUMNS * this.nMels);
  }

  #copyColumns(columns: number, out: Float32Array, columnsBefore: number): number {
    out.set(this.#output.subarray(0, columns * this.nMels), columnsBefore * this.nMels);
    return columns;
  }
}

/**
 * The encoder's input from the columns of one window: silence up to its end, values more than 80 dB below the window's
 * loudest raised to that, then (x + 4) / 4. `columns` is `[nColumns × nMels]` as LogMel writes it, `out` is
 * `[nMels × windowFrames]`, row-major, overwritten; the window is 30 s, or shorter. Throws
 * RangeError when a length is wrong or there are more columns than frames: exactly 30 s give 3002, and Whisper's window
 * leaves out the last two.
 */
export function assembleWindow(
  columns: Float32Array,
  nColumns: number,
  nMels: number,
  out: Float32Array,
  windowFrames = WINDOW_FRAMES,
): void {
  if (!(nColumns >= 0 && nColumns <= windowFrames)) {
    throw new RangeError(`mel columns of a window: expected at most ${windowFrames}, got ${nColumns}`);
  }
  const valueCount = nColumns * nMels;
  requireLength("mel columns", valueCount, columns.length);
  requireLength("mel window", nMels * windowFrames, out.length);

  let loudest = SILENCE_LOG10;
  for (let index = 0; index < valueCount; index++) {
    const value = columns[index]!;
    if (value > loudest) loudest = value;
  }
  const floor = loudest - DYNAMIC_RANGE;

  for (let start = 0; start < nColumns; start += BLOCK_COLUMNS) {
    const end = Math.min(start + BLOCK_COLUMNS, nColumns);
    for (let mel = 0; mel < nMels; mel++) {
      const row = mel * windowFrames;
      for (let column = start; column < end; column++) {
        const value = columns[column * nMels + mel]!;
        out[row + column] = Math.max(value, floor) / 4 + 1;
      }
    }
  }
  const silence = Math.max(SILENCE_LOG10, floor) / 4 + 1;
  for (let mel = 0; mel < nMels; mel++) {
    out.fill(silence, mel * windowFrames + nColumns, (mel + 1) * windowFrames);
  }
}

/** One value of the encoder's input: raised to 80 dB below the loudest, then (x + 4) / 4. */
export function scaleColumn(log10: number, loudest: number): number {
  return Math.max(log10, loudest - DYNAMIC_RANGE) / 4 + 1;
}

function requireLength(what: string, expected: number, got: number): void {
  if (got < expected) throw new RangeError(`${what}: expected ${expected} values, got ${got}`);
}
