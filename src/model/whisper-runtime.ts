/** A loaded Whisper: the two sessions, fed with typed arrays. Knows tensors, not rules. Runs in the engine's worker. */
import { MubblesError } from "../errors.js";
import { WINDOW_FRAMES } from "../units.js";
import type { CrossCache } from "./caches.js";
import { FORBIDDEN } from "./choice-graph.js";
import { decoderGraph } from "./decoder-graph.js";
import type { TokenConstraint } from "./decoding/timestamp-rules.js";
import type { RowChoice } from "./decoding/token-decoder.js";
import { encoderGraph } from "./encoder-graph.js";
import { createCpuSession, type InferenceSession, Tensor } from "./ort.js";
import { Safetensors } from "./safetensors.js";
import { readWhisperConfig, type WhisperConfig } from "./whisper-config.js";

/** One row of a decoder run. All rows of a run have equally many new tokens. */
export interface RowInput {
  /** Tokens not in the cache yet. */
  readonly newTokens: readonly number[];
  /** Tokens in the cache already. */
  readonly pastLength: number;
  readonly constraint: TokenConstraint;
}

export interface StepInput {
  readonly rows: readonly RowInput[];
  readonly cross: Record<string, Tensor>;
  /** `past_*` of these rows, appended in place. */
  readonly past: Record<string, Tensor>;
  readonly present: Record<string, Tensor>;
  /** [vocabulary] */
  readonly mask: Float32Array;
  readonly topK: number;
  /** Positions among the new tokens to give logits of; the choice is made at the last one. */
  readonly logitIndex: readonly number[];
  readonly wantLogits: boolean;
}

export interface StepOutput {
  readonly choices: readonly RowChoice[];
  /** [rows, logitIndex.length, vocabulary], before any rule; empty unless asked for. */
  readonly logits: Float32Array;
}

export class WhisperRuntime {
  readonly config: WhisperConfig;
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;

  private constructor(config: WhisperConfig, encoder: InferenceSession, decoder: InferenceSession) {
    this.config = config;
    this.#encoder = encoder;
    this.#decoder = decoder;
  }

  /** From a folder in mubbles' layout (checkpoint-layout.ts). MODEL_BROKEN, MODEL_UNSUPPORTED, MODEL_OUT_OF_MEMORY. */
  static async load(folder: string, threads: number): Promise<WhisperRuntime> {
    const config = readWhisperConfig(folder);
    const weights = Safetensors.openFolder(folder);
    try {
      const settings = { threads, weightsFolder: folder, spin: true };
      const encoder = await createCpuSession(encoderGraph(weights, config), settings);
      const decoder = await createCpuSession(decoderGraph(weights, config), settings);
      return new WhisperRuntime(config, encoder, decoder);
    } catch (cause) {
      if (cause instanceof MubblesError) throw cause;
      const detail = cause instanceof Error ? cause.message : String(cause);
      const code = /bad_?alloc|out of memory|allocat/i.test(detail) ? "MODEL_OUT_OF_MEMORY" : "MODEL_BROKEN";
      throw new MubblesError(code, { where: folder, detail, cause });
    }
  }

  /** `mel` [mels × 3000], row-major; keys and values are written into the cache's slot. */
  async encode(mel: Float32Array, cache: CrossCache, slot: number): Promise<void> {
    const { nMels } = this.config;
    if (mel.length !== nMels * WINDOW_FRAMES) {
      throw new RangeError(`mel window: expected ${nMels} × ${WINDOW_FRAMES} values, got ${mel.length}`);
    }
    await this.#encoder.run({ mel: new Tensor("float32", mel, [1, nMels, WINDOW_FRAMES]) }, cache.one(slot));
  }

  async step({
    rows,
    cross,
    past,
    present,
    mask,
    topK,
    logitIndex,
    wantLogits,
  }: StepInput): Promise<StepOutput> {
    const choices = logitIndex.length;
    const lengths = rows.map(({ newTokens, pastLength }) => pastLength + newTokens.length);
    const newCount = rows[0]!.newTokens.length;
    const rowShape = [rows.length, newCount];
    const constraintOf = (pick: (constraint: TokenConstraint) => number) =>
      rows.flatMap(({ constraint }) => new Array<number>(choices).fill(pick(constraint)));
    const floats = (pick: (constraint: TokenConstraint) => number) =>
      new Tensor("float32", Float32Array.from(constraintOf(pick)), [rows.length, choices, 1]);
    const indices = (pick: (constraint: TokenConstraint) => number) =>
      int64(constraintOf(pick), [rows.length, choices, 1]);
    const feeds = {
      ...cross,
      ...past,
      tokens: int64(
        rows.flatMap(({ newTokens }) => newTokens),
        rowShape,
      ),
      positions: int64(
        rows.flatMap(({ pastLength }) => Array.from({ length: newCount }, (_, i) => pastLength + i)),
        rowShape,
      ),
      last_index: new Tensor(
        "int32",
        Int32Array.from(lengths, (length) => length - 1),
        [rows.length],
      ),
      total_length: new Tensor("int32", Int32Array.of(Math.max(...lengths)), [1]),
      logit_index: int64(logitIndex, [choices]),
      suppress: new Tensor("float32", mask, [mask.length]),
      text_bias: floats(({ textAllowed }) => (textAllowed ? 0 : FORBIDDEN)),
      special_bias: floats(({ specialAllowed }) => (specialAllowed ? 0 : FORBIDDEN)),
      timestamp_low: indices(({ timestampLow }) => timestampLow),
      timestamp_high: indices(({ timestampHigh }) => timestampHigh),
      top_k: int64([topK], [1]),
    };
    const fetches = {
      ...present,
      top_ids: null,
      top_logprobs: null,
      ...(wantLogits ? { logits: null } : {}),
    };
    const result = await this.#decoder.run(feeds, fetches);
    return {
      choices: choicesOf(result, rows.length, choices, topK),
      logits: wantLogits ? (result["logits"]!.data as Float32Array) : new Float32Array(0),
    };
  }

  async release(): Promise<void> {
    await this.#encoder.release();
    await this.#decoder.release();
  }
}

/** Of each row the choice at its last position. */
function choicesOf(
  result: InferenceSession.ReturnType,
  rows: number,
  positions: number,
  topK: number,
): RowChoice[] {
  const ids = result["top_ids"]!.data as BigInt64Array;
  const logprobs = result["top_logprobs"]!.data as Float32Array;
  return Array.from({ length: rows }, (_, row) => {
    const start = (row * positions + positions - 1) * topK;
    return {
      tokens: Array.from(ids.subarray(start, start + topK), Number),
      logprobs: Array.from(logprobs.subarray(start, start + topK), (value) =>
        value < FORBIDDEN / 2 ? Number.NEGATIVE_INFINITY : value,
      ),
    };
  });
}

function int64(values: readonly number[], shape: readonly number[]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), shape);
}
