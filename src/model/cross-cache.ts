/** Cross-attention keys and values of the windows that are decoded together. */
import { type CrossStorage, isHidden, RANGES_PER_LAYER } from "./cross-storage.js";
import { discard, discardBuffers } from "./discard.js";
import { halfBitsOf } from "./half-floats.js";
import { Tensor } from "./ort.js";
import type { WhisperConfig } from "./whisper-config.js";

type Feeds = Record<string, Tensor>;
type Numbers = Float32Array | Uint16Array | Int8Array | Uint8Array;
type NumberType = "float32" | "float16" | "int8" | "uint8";

const ARRAYS = { float32: Float32Array, float16: Uint16Array, int8: Int8Array, uint8: Uint8Array } as const;

/** Results of the cross graph for some frames (as bytes: for all), or of the encoder's. */
export type CrossPart = Readonly<Record<string, { readonly data: unknown }>>;

interface SlotNumbers {
  readonly name: string;
  readonly type: NumberType;
  /** Of a slot. */
  readonly shape: readonly number[];
  /** Numbers of a frame that lie together: a key's, but one of a value's; undefined: not by frames, written whole. */
  readonly frameNumbers: number | undefined;
}

/**
 * One slot a window, as CrossStorage says: 37 MB as floats for base, 9 as bytes, 1.5 as what the encoder put out. Where there is but one,
 * what comes whole is kept where it is.
 */
export class CrossCache {
  readonly slots: number;
  /** Audio positions of a slot, 20 ms each. */
  readonly frames: number;
  readonly #kinds: SlotNumbers[] = [];
  /** Of all slots; by name, and only of those that were written. */
  readonly #numbers = new Map<string, Numbers>();
  /** Made once for each number of slots. */
  readonly #firstSlots = new Map<number, Feeds>();

  constructor(
    config: WhisperConfig,
    slots: number,
    storage: CrossStorage,
    frames = config.maxAudioPositions,
  ) {
    const { decoderHeads: heads, headSize, decoderLayers, dModel } = config;
    this.slots = slots;
    this.frames = frames;
    if (isHidden(storage)) {
      this.#add("hidden", storage === "hidden16" ? "float16" : "float32", [frames, dModel], dModel);
      return;
    }
    const isFloat = storage === "float32";
    for (let layer = 0; layer < decoderLayers; layer++) {
      const [k, v] = [`cross_k_${layer}`, `cross_v_${layer}`];
      const byFrames = [heads, frames, headSize];
      this.#add(k, isFloat ? storage : "uint8", byFrames, headSize);
      if (isFloat) this.#add(v, storage, [heads, headSize, frames], 1);
      else this.#add(v, storage, byFrames, headSize);
    }
    if (!isFloat) this.#add("cross_ranges", "float32", [decoderLayers * RANGES_PER_LAYER, dModel], undefined);
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

  /** Takes `count` frames of a slot, from `firstFrame` on. The part is this cache's then: nobody else is to read it. */
  write(part: CrossPart, slot: number, firstFrame: number, count: number): void {
    if (this.slots === 1 && count === this.frames) this.#keep(part);
    else {
      this.#copy(part, slot, firstFrame, count);
      discard(Object.values(part));
    }
  }

  #keep(part: CrossPart): void {
    this.discard();
    for (const { name, type } of this.#kinds) this.#numbers.set(name, numbersOf(part, name, type));
  }

  #copy(part: CrossPart, slot: number, firstFrame: number, count: number): void {
    for (const kind of this.#kinds) {
      const { name, type, shape, frameNumbers } = kind;
      const data = this.#numbersOf(kind);
      const from = numbersOf(part, name, type);
      const start = slot * sizeOf(shape);
      const run = frameNumbers === undefined ? from.length : count * frameNumbers;
      const rowNumbers = frameNumbers === undefined ? 0 : this.frames * frameNumbers;
      for (let row = 0; row * run < from.length; row++) {
        const target = start + row * rowNumbers + firstFrame * (frameNumbers ?? 0);
        data.set(from.subarray(row * run, (row + 1) * run), target);
      }
    }
  }

  /** Feeds of one slot. */
  one(slot: number): Feeds {
    return this.#tensors(slot, 1);
  }

  copySlot(from: number, to: number): void {
    for (const kind of this.#kinds) {
      const size = sizeOf(kind.shape);
      const data = this.#numbersOf(kind);
      data.copyWithin(to * size, from * size, (from + 1) * size);
    }
  }

  /** Frees its memory: what is not written anew is not there any more. */
  discard(): void {
    discardBuffers([...this.#numbers.values()]);
    this.#numbers.clear();
    this.#firstSlots.clear();
  }

  #add(name: string, type: NumberType, shape: readonly number[], frameNumbers: number | undefined): void {
    this.#kinds.push({ name, type, shape, frameNumbers });
  }

  #numbersOf({ name, type, shape }: SlotNumbers): Numbers {
    let numbers = this.#numbers.get(name);
    if (numbers === undefined) {
      // Fresh memory is not touched before it is written: slots that are never used cost nothing.
      numbers = new ARRAYS[type](this.slots * sizeOf(shape));
      this.#numbers.set(name, numbers);
    }
    return numbers;
  }

  #tensors(start: number, count: number): Feeds {
    return Object.fromEntries(
      this.#kinds.map((kind) => {
        const { name, type, shape } = kind;
        const size = sizeOf(shape);
        const numbers = this.#numbersOf(kind).subarray(start * size, (start + count) * size);
        return [name, new Tensor(type, numbers, [count, ...shape])];
      }),
    );
  }
}

function numbersOf(part: CrossPart, name: string, type: NumberType): Numbers {
  const numbers = part[name]!.data as Numbers;
  return type === "float16" ? halfBitsOf(numbers) : numbers;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
