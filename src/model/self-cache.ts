/** Self-attention keys and values of the windows that are decoded together: one pool a window for all of its rows. */
import { FORBIDDEN } from "./choice-graph.js";
import { type CrossStorage, isHidden } from "./cross-storage.js";
import { discardBuffers } from "./discard.js";
import { halfBitsOf } from "./half-floats.js";
import { Tensor } from "./ort.js";
import { TokenTree } from "./token-tree.js";
import type { WhisperConfig } from "./whisper-config.js";

type Feeds = Record<string, Tensor>;
type Numbers = Float32Array | Uint16Array;

/**
 * Capacities go in steps, so that the pools are laid out anew only now and then. A multiple of the widest vector loop: entries
 * behind those of a window are zeros in its sums, wherever the others end, so that its result does not depend on them.
 */
const CAPACITY_STEP = 64;

/**
 * New keys and values of a step as the graph returns them: `new_k_i`, `new_v_i` [windows, H, rows × tokens, headSize], or, where the
 * decoder reads hidden states, [windows, rows × tokens, H × headSize].
 */
type NewEntries = Record<string, { readonly data: unknown }>;

/** What a step adds: windows from `first` on, with equally many rows and new tokens each. */
export interface StepShape {
  readonly firstWindow: number;
  readonly windows: number;
  readonly rowsPerWindow: number;
  /** New tokens of each row. */
  readonly tokens: number;
}

/**
 * Keys and values [windows, H, capacity, headSize] of each layer. Rows of a window share the entries of the tokens they have in
 * common, and those that no row needs any more make room for new ones: five beams of 150 tokens are 200 entries, not 750.
 */
export class SelfCache {
  readonly windows: number;
  /** Entries a window has room for. */
  capacity = CAPACITY_STEP;
  readonly #heads: number;
  readonly #headSize: number;
  readonly #names: readonly string[];
  readonly #trees: TokenTree[];
  readonly #type: "float32" | "float16";
  readonly #isByColumns: boolean;
  #buffers: Numbers[];

  /** `storage`: of the same windows' CrossCache. */
  constructor(config: WhisperConfig, windows: number, storage: CrossStorage) {
    this.#type = storage === "hidden16" ? "float16" : "float32";
    this.#isByColumns = isHidden(storage);
    this.windows = windows;
    this.#heads = config.decoderHeads;
    this.#headSize = config.headSize;
    this.#names = Array.from({ length: config.decoderLayers }, (_, layer) => [
      `k_${layer}`,
      `v_${layer}`,
    ]).flat();
    this.#trees = Array.from({ length: windows }, () => new TokenTree());
    this.#buffers = this.#names.map(() => this.#newBuffer());
  }

  /** Tokens of a row. */
  lengthOf(window: number, row: number): number {
    return this.#trees[window]!.lengthOf(row);
  }

  /** Forgets the tokens of a window. */
  clear(window: number): void {
    this.#trees[window]!.clear();
  }

  /** Forgets all, and frees its memory until something comes. */
  discard(): void {
    for (const tree of this.#trees) tree.clear();
    discardBuffers(this.#buffers);
    this.capacity = CAPACITY_STEP;
    // Not touched before it is written.
    this.#buffers = this.#names.map(() => this.#newBuffer());
  }

  /** Forgets the last tokens of a row, so that `length` are left. */
  truncateRow(window: number, row: number, length: number): void {
    this.#trees[window]!.truncate(row, length);
  }

  /** Makes a row a copy of another row of its window. Nothing is moved. */
  copyRow(window: number, from: number, to: number): void {
    this.#trees[window]!.copy(from, to);
  }

  /** Makes room for a step, and returns its `past_*` and `self_bias` [windows, 1, rows × tokens, capacity + rows × tokens]. */
  feeds(shape: StepShape): Feeds {
    const { firstWindow, windows, rowsPerWindow, tokens } = shape;
    const stepped = this.#trees.slice(firstWindow, firstWindow + windows);
    const sizes = this.#trees.map((tree) =>
      stepped.includes(tree) ? tree.sizeWith(rowsPerWindow * tokens) : tree.size,
    );
    const wanted = Math.ceil(Math.max(1, ...sizes) / CAPACITY_STEP) * CAPACITY_STEP;
    if (wanted > this.capacity || wanted <= this.capacity - 2 * CAPACITY_STEP) this.#layOut(wanted);
    const windowFloats = this.#heads * this.capacity * this.#headSize;
    const dims = [windows, this.#heads, this.capacity, this.#headSize];
    const feeds: Feeds = { self_bias: this.#bias(stepped, shape) };
    this.#names.forEach((name, i) => {
      const data = this.#buffers[i]!.subarray(
        firstWindow * windowFloats,
        (firstWindow + windows) * windowFloats,
      );
      feeds[`past_${name}`] = new Tensor(this.#type, data, dims);
    });
    return feeds;
  }

  /** Takes the new keys and values of the step that `feeds` has made room for. */
  append(entries: NewEntries, { firstWindow, windows, rowsPerWindow, tokens }: StepShape): void {
    const added = this.#names.map((name) => {
      const data = entries[`new_${name}`]!.data as Numbers;
      return this.#type === "float16" ? halfBitsOf(data) : data;
    });
    const columns = rowsPerWindow * tokens;
    const size = this.#headSize;
    for (let i = 0; i < windows; i++) {
      const window = firstWindow + i;
      for (let column = 0; column < columns; column++) {
        const place = this.#trees[window]!.grow(Math.floor(column / tokens));
        for (let head = 0; head < this.#heads; head++) {
          const entry = this.#isByColumns
            ? (i * columns + column) * this.#heads + head
            : (i * this.#heads + head) * columns + column;
          const target = ((window * this.#heads + head) * this.capacity + place) * size;
          for (let at = 0; at < added.length; at++)
            copyNumbers(added[at]!, entry * size, this.#buffers[at]!, target, size);
        }
      }
    }
  }

  /** Puts a window in the place of another. */
  moveWindow(from: number, to: number): void {
    const windowFloats = this.#heads * this.capacity * this.#headSize;
    for (const buffer of this.#buffers)
      buffer.copyWithin(to * windowFloats, from * windowFloats, (from + 1) * windowFloats);
    const replaced = this.#trees[to]!;
    this.#trees[to] = this.#trees[from]!;
    this.#trees[from] = replaced;
    replaced.clear();
  }

  /** 0 where a column may look: at the tokens of its row, and among the new ones at its row's up to itself. */
  #bias(trees: readonly TokenTree[], { windows, rowsPerWindow, tokens }: StepShape): Tensor {
    const columns = rowsPerWindow * tokens;
    const width = this.capacity + columns;
    const bias = new Float32Array(windows * columns * width).fill(FORBIDDEN);
    for (const [window, tree] of trees.entries()) {
      for (let column = 0; column < columns; column++) {
        const start = (window * columns + column) * width;
        const row = Math.floor(column / tokens);
        for (const place of tree.placesOf(row)) bias[start + place] = 0;
        const ownStart = start + this.capacity;
        bias.fill(0, ownStart + row * tokens, ownStart + column + 1);
      }
    }
    return new Tensor("float32", bias, [windows, 1, columns, width]);
  }

  #newBuffer(capacity = this.capacity): Numbers {
    const numbers = this.windows * this.#heads * capacity * this.#headSize;
    return this.#type === "float16" ? new Uint16Array(numbers) : new Float32Array(numbers);
  }

  #layOut(wanted: number): void {
    const kept = Math.min(wanted, this.capacity) * this.#headSize;
    const before = this.capacity * this.#headSize;
    const after = wanted * this.#headSize;
    this.#buffers = this.#buffers.map((old) => {
      const laidOut = this.#newBuffer(wanted);
      for (let at = 0; at < this.windows * this.#heads; at++) {
        laidOut.set(old.subarray(at * before, at * before + kept), at * after);
      }
      discardBuffers([old]);
      return laidOut;
    });
    this.capacity = wanted;
  }
}

/** For so few numbers a loop is faster than `set` with a part of the array. */
function copyNumbers(from: Numbers, source: number, to: Numbers, target: number, count: number): void {
  for (let i = 0; i < count; i++) to[target + i] = from[source + i]!;
}
