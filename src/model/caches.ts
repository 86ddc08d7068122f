/** The decoder's memory: cross-attention keys and values of each audio, self-attention ones of each hypothesis. */
import { Tensor } from "./ort.js";
import type { WhisperConfig } from "./whisper-config.js";

type Feeds = Record<string, Tensor>;

/** Tensors over the first `count` entries of buffers that hold many, made once per count. */
class TensorViews {
  readonly #byCount = new Map<number, Feeds>();
  readonly #make: (count: number) => Feeds;

  constructor(make: (count: number) => Feeds) {
    this.#make = make;
  }

  first(count: number): Feeds {
    let feeds = this.#byCount.get(count);
    if (feeds === undefined) {
      feeds = this.#make(count);
      this.#byCount.set(count, feeds);
    }
    return feeds;
  }
}

/** Cross-attention keys [slots, H, F, headSize] and values [slots, H, headSize, F] of each layer: 37 MB a slot for base. */
export class CrossCache {
  readonly slots: number;
  readonly #slotFloats: number;
  readonly #buffers: {
    readonly name: string;
    readonly data: Float32Array;
    readonly shape: readonly number[];
  }[] = [];
  readonly #views: TensorViews;

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
    this.#views = new TensorViews((count) => this.#tensors(0, count));
  }

  /** Feeds for the first `count` slots. */
  first(count: number): Feeds {
    return this.#views.first(count);
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

/** Self-attention keys and values [rows, H, capacity, headSize] of each layer; the graph appends in place. */
export class SelfCache {
  readonly rows: number;
  /** Tokens a row can hold, prompt included. */
  readonly capacity: number;
  readonly #heads: number;
  readonly #headSize: number;
  readonly #buffers: { readonly name: string; readonly data: Float32Array }[] = [];
  readonly #views: TensorViews;

  constructor(config: WhisperConfig, rows: number, capacity: number) {
    this.rows = rows;
    this.capacity = capacity;
    this.#heads = config.decoderHeads;
    this.#headSize = config.headSize;
    for (let layer = 0; layer < config.decoderLayers; layer++) {
      for (const part of ["k", "v"]) {
        const data = new Float32Array(rows * this.#heads * capacity * this.#headSize);
        this.#buffers.push({ name: `${part}_${layer}`, data });
      }
    }
    this.#views = new TensorViews((count) => this.#tensors(0, count));
  }

  /** `past_*` of the first `count` rows; pass `outputs` of the same as fetches. */
  first(count: number): Feeds {
    return this.#views.first(count);
  }

  one(row: number): Feeds {
    return this.#tensors(row, 1);
  }

  /** The same tensors under the names of the graph's outputs: writing in place. */
  outputs(feeds: Feeds): Feeds {
    return Object.fromEntries(
      Object.entries(feeds).map(([name, tensor]) => [name.replace("past", "present"), tensor]),
    );
  }

  /** Makes row `to` a copy of row `from`, as far as `length` tokens. */
  copyRow(from: number, to: number, length: number): void {
    const headFloats = this.capacity * this.#headSize;
    for (const { data } of this.#buffers) {
      for (let head = 0; head < this.#heads; head++) {
        const source = (from * this.#heads + head) * headFloats;
        data.copyWithin((to * this.#heads + head) * headFloats, source, source + length * this.#headSize);
      }
    }
  }

  #tensors(start: number, count: number): Feeds {
    const rowFloats = this.#heads * this.capacity * this.#headSize;
    const shape = [count, this.#heads, this.capacity, this.#headSize];
    return Object.fromEntries(
      this.#buffers.map(({ name, data }) => [
        `past_${name}`,
        new Tensor("float32", data.subarray(start * rowFloats, (start + count) * rowFloats), shape),
      ]),
    );
  }
}
