/** Whisper's encoder: a window of log-mel in, what the decoder's cross-attention reads of it out. */
import { FRAMES_PER_TOKEN } from "../units.js";
import { chunkFeeds } from "./chunk-feeds.js";
import type { Provider } from "./compute-device.js";
import type { CrossPart } from "./cross-cache.js";
import { crossGraph, encoderAndCrossGraph } from "./cross-graph.js";
import { crossStorageOf, isHidden } from "./cross-storage.js";
import { discardBuffers } from "./discard.js";
import { audioPositions, encoderGraph } from "./encoder-graph.js";
import { modelError } from "./model-error.js";
import { type Moments, observed } from "./moments.js";
import { createSession, type InferenceSession, Tensor } from "./ort.js";
import { Safetensors } from "./safetensors.js";
import { eightBitProductsSaturate } from "./saturation.js";
import { readWhisperConfig, type WhisperConfig } from "./whisper-config.js";

/** Frames whose keys and values are made at once as floats: what the binding copies of them is 2.5 MB for base. */
const FLOAT_FRAMES = 100;

/** Keys and values of `frames` frames from `firstFrame` on, for CrossCache. */
export interface EncodedPart {
  readonly firstFrame: number;
  readonly frames: number;
  readonly part: CrossPart;
}

/** What encodes: this thread's sessions, or another thread (encoder-thread.ts). */
export interface AudioEncoder {
  /**
   * Of `mel` [mels × columns], row-major, which is given away, part after part; of each only what is read next need be kept. `frames`: of two
   * columns each, at most 1500; columns that are not given are as the last one. undefined: as many as are given.
   */
  encode(mel: Float32Array, frames?: number): AsyncIterable<EncodedPart>;
  release(): Promise<void>;
}

/** How encoder and decoder are loaded. */
export interface LoadOptions {
  /** Sums up what the linears get as inputs. */
  readonly moments?: Moments | undefined;
  /** undefined: the CPU, with graphs made for it. */
  readonly accelerator?: Provider | undefined;
}

interface EncoderParts {
  readonly encoder: InferenceSession;
  readonly cross: InferenceSession | undefined;
  readonly positions: Float32Array;
  /** That share a chunk; undefined: all frames go at once. */
  readonly chunkThreads: number | undefined;
}

export class EncoderSession implements AudioEncoder {
  readonly #config: WhisperConfig;
  readonly #encoder: InferenceSession;
  /** undefined where the encoder's own graph makes bytes of it, and where the decoder's makes keys and values. */
  readonly #cross: InferenceSession | undefined;
  /** [1500 × width] */
  readonly #positions: Float32Array;
  readonly #chunkThreads: number | undefined;

  private constructor(config: WhisperConfig, { encoder, cross, positions, chunkThreads }: EncoderParts) {
    this.#config = config;
    this.#encoder = encoder;
    this.#cross = cross;
    this.#positions = positions;
    this.#chunkThreads = chunkThreads;
  }

  /** From a folder in mubbles' layout (checkpoint-layout.ts). MODEL_BROKEN, MODEL_UNSUPPORTED, MODEL_OUT_OF_MEMORY. */
  static async load(
    folder: string,
    threads: number,
    { moments, accelerator }: LoadOptions = {},
  ): Promise<EncoderSession> {
    const config = readWhisperConfig(folder);
    const weights = Safetensors.openFolder(folder);
    try {
      const widenWeights = await eightBitProductsSaturate();
      const storage = crossStorageOf(weights, widenWeights, accelerator);
      // onnxruntime widens weights (ort.ts) only in the graph that they lie in, and a chunk's lie outside: they would saturate without a word.
      // Moments are results of the graph, which a chunk does not see.
      const isChunked = !widenWeights && !isHidden(storage) && moments === undefined;
      const options = {
        observesLinears: moments !== undefined,
        isHalf: storage === "hidden16",
        multipliesConvolutions: isHidden(storage),
        isChunked,
      };
      const settings = { threads, weightsFolder: folder, spin: true, widenWeights, accelerator };
      const session = async (graph: Uint8Array) => {
        const made = await createSession(graph, settings);
        return moments === undefined ? made : observed(made, moments);
      };
      const chunkThreads = isChunked ? threads : undefined;
      const positions = audioPositions(weights, config);
      if (storage === "int8" || storage === "uint8") {
        const graph = encoderAndCrossGraph(weights, config, { ...options, storage });
        const encoder = await session(graph);
        return new EncoderSession(config, { encoder, cross: undefined, positions, chunkThreads });
      }
      const encoder = await session(encoderGraph(weights, config, options));
      const cross = isHidden(storage) ? undefined : await session(crossGraph(weights, config, options));
      return new EncoderSession(config, { encoder, cross, positions, chunkThreads });
    } catch (cause) {
      throw modelError(folder, cause);
    }
  }

  async *encode(mel: Float32Array, frames?: number): AsyncGenerator<EncodedPart> {
    const { nMels, maxAudioPositions, dModel: width } = this.#config;
    const given = mel.length / nMels;
    const all = frames ?? given / FRAMES_PER_TOKEN;
    const columns = all * FRAMES_PER_TOKEN;
    const isWindow = Number.isInteger(all) && all >= 1 && all <= maxAudioPositions;
    if (!isWindow || !Number.isInteger(given) || given < 1 || given > columns) {
      const most = (frames ?? maxAudioPositions) * FRAMES_PER_TOKEN;
      throw new RangeError(`mel window: expected ${nMels} × at most ${most} values, got ${mel.length}`);
    }
    const whole = withLastRepeated(mel, nMels, columns);
    const encoded = await this.#encoder.run({
      mel: new Tensor("float32", whole, [1, nMels, columns]),
      positions: new Tensor("float32", this.#positions.subarray(0, all * width), [all, width]),
      ...(this.#chunkThreads === undefined ? {} : chunkFeeds(all, this.#chunkThreads)),
    });
    if (whole !== mel) discardBuffers([whole]);
    if (this.#cross === undefined) {
      yield { firstFrame: 0, frames: all, part: encoded };
      return;
    }
    const hidden = encoded.hidden!.data as Float32Array;
    for (let firstFrame = 0; firstFrame < all; firstFrame += FLOAT_FRAMES) {
      const frames = Math.min(FLOAT_FRAMES, all - firstFrame);
      const rows = hidden.subarray(firstFrame * width, (firstFrame + frames) * width);
      const part = await this.#cross.run({ hidden: new Tensor("float32", rows, [1, frames, width]) });
      yield { firstFrame, frames, part };
    }
    discardBuffers([hidden]);
  }

  async release(): Promise<void> {
    await this.#encoder.release();
    await this.#cross?.release();
  }
}

/** Rows [rows × columns] that begin as those given, and go on as these end. */
function withLastRepeated(given: Float32Array, rows: number, columns: number): Float32Array {
  const givenColumns = given.length / rows;
  if (givenColumns === columns) return given;
  const whole = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const own = given.subarray(row * givenColumns, (row + 1) * givenColumns);
    whole.set(own, row * columns);
    whole.fill(own.at(-1)!, row * columns + givenColumns, (row + 1) * columns);
  }
  return whole;
}
