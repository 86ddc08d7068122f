/** The log-mel columns of a channel, for the model of finals and for that of partials. */
import { HOP_SAMPLES, WINDOW_SAMPLES } from "../../units.js";
import { MelHistory } from "../mel-history.js";
import type { HeardAudio } from "./heard-audio.js";

export class ChannelMel {
  readonly #mel: MelHistory;
  /** The same one where both models have as many mel bands. */
  readonly #previewMel: MelHistory;
  readonly #all: ReadonlySet<MelHistory>;
  #framesSinceSilent = 0;

  constructor(nMels: 80 | 128, previewMels: 80 | 128) {
    this.#mel = new MelHistory(nMels);
    this.#previewMel = previewMels === nMels ? this.#mel : new MelHistory(previewMels);
    this.#all = new Set([this.#mel, this.#previewMel]);
  }

  /** Columns before this one are complete. */
  get endFrame(): number {
    return this.#mel.endFrame;
  }

  /** The next frame; `isSilent`: it was made silent, and stays so. */
  push(samples: Float32Array, isSilent: boolean): void {
    this.#framesSinceSilent = isSilent ? 0 : this.#framesSinceSilent + 1;
    for (const mel of this.#all) mel.push(samples);
  }

  /** The last frames that were pushed sounded otherwise, the last of them the newest; but for those up to one that was made silent. */
  revise(frames: readonly Float32Array[]): void {
    const heard = frames.slice(Math.max(0, frames.length - this.#framesSinceSilent));
    for (const mel of this.#all) mel.revise(heard);
  }

  /** The channel is over. */
  flush(): void {
    for (const mel of this.#all) mel.flush();
  }

  dropBefore(frame: number): void {
    for (const mel of this.#all) mel.dropBefore(frame);
  }

  free(): void {
    for (const mel of this.#all) mel.free();
  }

  /** A copy of the columns of the model of finals, [startFrame, endFrame). */
  slice(startFrame: number, endFrame: number): Float32Array {
    return this.#mel.slice(startFrame, endFrame);
  }

  /** The columns up to a sample, for the engine of finals or that of partials, until anything else is called. */
  columns(startSample: number, endSample: number, isPreview = false): Float32Array {
    const mel = isPreview ? this.#previewMel : this.#mel;
    return mel.view(startSample / HOP_SAMPLES, Math.floor(endSample / HOP_SAMPLES));
  }

  /** A copy of what has been heard up to a sample: as much as one window holds. */
  heard(endSample: number): HeardAudio {
    const startSample = Math.max(this.#mel.firstFrame * HOP_SAMPLES, endSample - WINDOW_SAMPLES);
    return { startSample, endSample, columns: this.columns(startSample, endSample).slice() };
  }
}
