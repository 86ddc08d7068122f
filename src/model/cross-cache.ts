/** Cross-attention keys and values of the windows that are decoded together. */
import { Tensor } from "./ort.js";
import type { WhisperConfig } from "./whisper-config.js";

type Feeds = Record<string, Tensor>;

/** Keys [slots, H, F, headSize] and values [slots, H, headSize, F] of each layer: 37 MB a slot for base. */
export class CrossCache {
  readonly slots: number;
  readonly #slotFloats: number;
  readonly #buffers: {
    readonly name: string;
    readonly data: Float32Array;
    readonly shape: readonly number[];
  }[] = [];
  /** Made once for each number of slots. */
  readonly #firstSlots = new Map<number, Feeds>();

  constructor(config: WhisperConfig, slots: number) {
    const { decoderHeads: heads, headSize, maxAudioPositions: frames } = config;
    this.slots = slots;
    this.#slotFloats = heads * headSize * frames;
    for (let layer = 0; layer < config.decoderLayers; layer++) {
      // Fresh memory is not touched before it is written: slots that are never used cost nothing.
      const data = () => new Float32Array(slots * this.#slotFloats);
      this.#buffers.push({ name: `cross_k_${layer}`, data: data(), shape: [heads, frames, headSize] });
      this.#buffers.push({ name: `cross_v_${layer}`, data: data(), shape: [heads, headSize, frames] });
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

  /** Feeds, or the encoder's outputs, of one slot. */
  one(slot: number): Feeds {
    return this.#tensors(slot, 1);
  }

  copySlot(from: number, to: number): void {
    for (const { data } of this.#buffers) {
      data.copyWithin(to * this.#slotFloats, from * this.#slotFloats, (from + 1) * this.#slotFloats);
    }
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
