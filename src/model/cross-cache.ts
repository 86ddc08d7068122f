/** Cross-attention keys and values of the windows that are decoded together. */
import { discardBuffers } from "./discard.js";
import { Tensor } from "./ort.js";
import type { WhisperConfig } from "./whisper-config.js";

type Feeds = Record<string, Tensor>;

/** Keys and values of some frames as the graph returns them: `cross_k_i` [1, H, frames, headSize], `cross_v_i` [1, H, headSize, frames]. */
type Part = Record<string, { readonly data: unknown }>;

/** Keys [slots, H, F, headSize] and values [slots, H, headSize, F] of each layer: 37 MB a slot for base. */
export class CrossCache {
  readonly slots: number;
  /** Audio positions of a slot, 20 ms each. */
  readonly frames: number;
  readonly #slotFloats: number;
  readonly #buffers: {
    readonly name: string;
    readonly data: Float32Array;
    readonly shape: readonly number[];
    /** Floats of a frame that lie together: a key's, but one of a value's. */
    readonly frameFloats: number;
  }[] = [];
  /** Made once for each number of slots. */
  readonly #firstSlots = new Map<number, Feeds>();

  constructor(config: WhisperConfig, slots: number, frames = config.maxAudioPositions) {
    const { decoderHeads: heads, headSize } = config;
    this.slots = slots;
    this.frames = frames;
    this.#slotFloats = heads * headSize * frames;
    for (let layer = 0; layer < config.decoderLayers; layer++) {
      // Fresh memory is not touched before it is written: slots that are never used cost nothing.
      const data = () => new Float32Array(slots * this.#slotFloats);
      this.#buffers.push(
        { name: `cross_k_${layer}`, data: data(), shape: [heads, frames, headSize], frameFloats: headSize },
        { name: `cross_v_${layer}`, data: data(), shape: [heads, headSize, frames], frameFloats: 1 },
      );
    }
  }

  /** Feeds for the first `count` slots. */
  first(count: number): Feeds {
    let feeds = this.#firstSlots.get(count);
    if (feeds === undefined) {
      feeds = this.#tensors(0, count);
      this.#firstSlots.set(count, feeds);
    }
    return feeds;
  }

  /** Takes `count` frames of a slot, from `firstFrame` on. */
  write(part: Part, slot: number, firstFrame: number, count: number): void {
    for (const { name, data, frameFloats } of this.#buffers) {
      const from = part[name]!.data as Float32Array;
      const run = count * frameFloats;
      const rowFloats = this.frames * frameFloats;
      for (let row = 0; row * run < from.length; row++) {
        const target = slot * this.#slotFloats + row * rowFloats + firstFrame * frameFloats;
        data.set(from.subarray(row * run, (row + 1) * run), target);
      }
    }
  }

  /** Feeds of one slot. */
  one(slot: number): Feeds {
    return this.#tensors(slot, 1);
  }

  copySlot(from: number, to: number): void {
    for (const { data } of this.#buffers) {
      data.copyWithin(to * this.#slotFloats, from * this.#slotFloats, (from + 1) * this.#slotFloats);
    }
  }

  /** Frees its memory; it is not to be used afterwards. */
  discard(): void {
    discardBuffers(this.#buffers.map(({ data }) => data));
  }

  #tensors(start: number, count: number): Feeds {
    const range = [start * this.#slotFloats, (start + count) * this.#slotFloats] as const;
    return Object.fromEntries(
      this.#buffers.map(({ name, data, shape }) => [
        name,
        new Tensor("float32", data.subarray(...range), [count, ...shape]),
      ]),
    );
  }
}
