/** Interleaved PCM bytes to one channel of floats, wherever the reads cut the bytes. */
import type { RawFormat } from "./raw-format.js";
import { SAMPLE_FORMATS } from "./sample-format.js";

export class PcmToMono {
  /** Bytes of one sample of all channels. */
  readonly frameBytes: number;
  readonly #format: RawFormat;
  readonly #choice: "mix" | number;
  #rest: Uint8Array = new Uint8Array(0);
  #mono = new Float32Array(0);

  constructor(format: RawFormat, choice: "mix" | number) {
    this.#format = format;
    this.#choice = choice;
    this.frameBytes = format.channels * SAMPLE_FORMATS[format.sampleFormat].bytes;
  }

  /** The frames that `bytes` completes, one float each; overwritten by the next call. */
  convert(bytes: Uint8Array): Float32Array {
    const whole = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames = Math.floor(whole.length / this.frameBytes);
    this.#rest = whole.subarray(frames * this.frameBytes);
    if (this.#mono.length < frames) this.#mono = new Float32Array(frames);
    const mono = this.#mono.subarray(0, frames);
    const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
    if (this.#choice === "mix") this.#mix(view, mono);
    else this.#pick(view, mono, this.#choice);
    return mono;
  }

  #mix(view: DataView, mono: Float32Array): void {
    const { bytes, read } = SAMPLE_FORMATS[this.#format.sampleFormat];
    const { channels } = this.#format;
    for (let frame = 0, at = 0; frame < mono.length; frame++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++, at += bytes) sum += read(view, at);
      mono[frame] = sum / channels;
    }
  }

  #pick(view: DataView, mono: Float32Array, channel: number): void {
    const { bytes, read } = SAMPLE_FORMATS[this.#format.sampleFormat];
    for (let frame = 0, at = channel * bytes; frame < mono.length; frame++, at += this.frameBytes) {
      mono[frame] = read(view, at);
    }
  }
}
