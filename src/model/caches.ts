/** The decoder's memory: cross-attention keys and values of each audio, self-attention ones of each hypothesis. */
import { discardBuffers } from "./discard.js";
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

/** Capacities go in steps, so that the caches are laid out anew only now and then. */
const CAPACITY_STEP = 32;

/** New keys and values of a step as the graph returns them: `new_k_i`, `new_v_i` [rows, H, tokens, headSize]. */
type NewEntries = Record<string, { readonly data: unknown }>;

/**
 * Self-attention keys and values [rows, H, capacity, headSize] of each layer. A step reads all of the capacity, so it follows
 * the longest row.
 */
export class SelfCache {
  readonly rows: number;
  /** Tokens a row has room for. */
  capacity = CAPACITY_STEP;
  readonly #heads: number;
  readonly #headSize: number;
  readonly #names: readonly string[];
  #buffers: Float32Array[];
  #views: TensorViews;

  constructor(config: WhisperConfig, rows: number) {
    this.rows = rows;
    this.#heads = config.decoderHeads;
    this.#headSize = config.headSize;
    this.#names = Array.from({ length: config.decoderLayers }, (_, layer) => [
      `k_${layer}`,
      `v_${layer}`,
    ]).flat();
    const floats = rows * this.#heads * this.capacity * this.#headSize;
    this.#buffers = this.#names.map(() => new Float32Array(floats));
    this.#views = new TensorViews((count) => this.#tensors(0, count));
  }

  /** Makes room for `length` tokens a row. */
  reserve(length: number): void {
    if (length > this.capacity) this.#layOut(stepsOf(length));
  }

  /** The longest row has `length` tokens now: gives room back that is far more than that. */
  fit(length: number): void {
    const wanted = stepsOf(length);
    if (wanted <= this.capacity - 2 * CAPACITY_STEP) this.#layOut(wanted);
  }

  /** `past_*` of the first `count` rows. */
  first(count: number): Feeds {
    return this.#views.first(count);
  }

  one(row: number): Feeds {
    return this.#tensors(row, 1);
  }

  /** Puts a step's new keys and values behind what the rows hold: `pastLengths[i]` tokens in row `firstRow + i`. */
  append(entries: NewEntries, firstRow: number, pastLengths: readonly number[], tokens: number): void {
    const width = tokens * this.#headSize;
    this.#names.forEach((name, i) => {
      const added = entries[`new_${name}`]!.data as Float32Array;
      const buffer = this.#buffers[i]!;
      for (let row = 0; row < pastLengths.length; row++) {
        for (let head = 0; head < this.#heads; head++) {
          const source = (row * this.#heads + head) * width;
          const target = ((firstRow + row) * this.#heads + head) * this.capacity + pastLengths[row]!;
          buffer.set(added.subarray(source, source + width), target * this.#headSize);
        }
      }
    });
  }

  /** Makes row `to` a copy of row `from`, as far as `length` tokens. */
  copyRow(from: number, to: number, length: number): void {
    const headFloats = this.capacity * this.#headSize;
    for (const buffer of this.#buffers) {
      for (let head = 0; head < this.#heads; head++) {
        const source = (from * this.#heads + head) * headFloats;
        buffer.copyWithin((to * this.#heads + head) * headFloats, source, source + length * this.#headSize);
      }
    }
  }

  #layOut(wanted: number): void {
    const kept = Math.min(wanted, this.capacity) * this.#headSize;
    const before = this.capacity * this.#headSize;
    const after = wanted * this.#headSize;
    this.#buffers = this.#buffers.map((old) => {
      const laidOut = new Float32Array(this.rows * this.#heads * after);
      for (let at = 0; at < this.rows * this.#heads; at++) {
        laidOut.set(old.subarray(at * before, at * before + kept), at * after);
      }
      discardBuffers([old]);
      return laidOut;
    });
    this.capacity = wanted;
    this.#views = new TensorViews((count) => this.#tensors(0, count));
  }

  #tensors(start: number, count: number): Feeds {
    const rowFloats = this.#heads * this.capacity * this.#headSize;
    const shape = [count, this.#heads, this.capacity, this.#headSize];
    return Object.fromEntries(
      this.#names.map((name, i) => {
        const data = this.#buffers[i]!.subarray(start * rowFloats, (start + count) * rowFloats);
        return [`past_${name}`, new Tensor("float32", data, shape)];
      }),
    );
  }
}

function stepsOf(length: number): number {
  return Math.ceil(length / CAPACITY_STEP) * CAPACITY_STEP;
}
