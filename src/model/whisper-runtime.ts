/** A loaded Whisper: the two sessions, fed with typed arrays. Knows tensors, not rules. Runs in the engine's worker. */
import { MubblesError } from "../errors.js";
import { WINDOW_FRAMES } from "../units.js";
import type { CrossCache, SelfCache } from "./caches.js";
import { FORBIDDEN } from "./choice-graph.js";
import { decoderGraph } from "./decoder-graph.js";
import type { TokenConstraint } from "./decoding/timestamp-rules.js";
import type { RowChoice } from "./decoding/token-decoder.js";
import { discard } from "./discard.js";
import { encoderGraph } from "./encoder-graph.js";
import { createCpuSession, type InferenceSession, Tensor } from "./ort.js";
import { Safetensors } from "./safetensors.js";
import { eightBitProductsSaturate } from "./saturation.js";
import { readTextTokens, type TextTokens } from "./text-tokens.js";
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
  /** Holds what went before, from `firstRow` on; what is new is appended. */
  readonly cache: SelfCache;
  readonly firstRow: number;
  /** [vocabulary] */
  readonly mask: Float32Array;
  readonly topK: number;
  /** Positions among the new tokens to give logits of; the choice is made at the last one. */
  readonly logitIndex: readonly number[];
  readonly wantLogits: boolean;
  /** [rows × logitIndex.length] text tokens to give the log-probability of, and with them the alignment heads' scores. */
  readonly targets?: readonly number[];
}

export interface StepOutput {
  readonly choices: readonly RowChoice[];
  /** [rows, logitIndex.length, vocabulary], before any rule; empty unless asked for. */
  readonly logits: Float32Array;
  /** [rows × logitIndex.length], among the text tokens; empty without targets. */
  readonly targetLogprobs: Float32Array;
  /** [audios, alignment heads, rows of the audio × new tokens, frames] before softmax; empty without targets. */
  readonly alignment: Float32Array;
}

export class WhisperRuntime {
  readonly config: WhisperConfig;
  readonly textTokens: TextTokens;
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;
  /** What is asked for is copied out of the session: no more than is read. */
  readonly #fetches: readonly string[];
  readonly #fetchesWithLogits: readonly string[];
  readonly #fetchesWithTargets: readonly string[];

  private constructor(
    config: WhisperConfig,
    textTokens: TextTokens,
    encoder: InferenceSession,
    decoder: InferenceSession,
  ) {
    this.config = config;
    this.textTokens = textTokens;
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.#fetches = decoder.outputNames.filter((name) => /^(top_|new_)/.test(name));
    this.#fetchesWithLogits = [...this.#fetches, "logits"];
    const targets = ["target_logprobs", "alignment"].filter((name) => decoder.outputNames.includes(name));
    this.#fetchesWithTargets = [...this.#fetches, ...targets];
  }

  /** From a folder in mubbles' layout (checkpoint-layout.ts). MODEL_BROKEN, MODEL_UNSUPPORTED, MODEL_OUT_OF_MEMORY. */
  static async load(folder: string, threads: number): Promise<WhisperRuntime> {
    const config = readWhisperConfig(folder);
    const weights = Safetensors.openFolder(folder);
    try {
      const widenWeights = await eightBitProductsSaturate();
      const settings = { threads, weightsFolder: folder, spin: true, widenWeights };
      const encoder = await createCpuSession(encoderGraph(weights, config), settings);
      const decoder = await createCpuSession(decoderGraph(weights, config), settings);
      return new WhisperRuntime(config, readTextTokens(weights), encoder, decoder);
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
    const input = new Tensor("float32", mel, [1, nMels, WINDOW_FRAMES]);
    const slots = cache.one(slot);
    const copies = await this.#encoder.run({ mel: input }, slots);
    // The binding returns copies of what was written into the slots.
    discard(
      Object.values(copies).filter((copy) => !Object.values(slots).includes(copy as Tensor)) as Tensor[],
    );
  }

  async step({
    rows,
    cross,
    cache,
    firstRow,
    mask,
    topK,
    logitIndex,
    wantLogits,
    targets,
  }: StepInput): Promise<StepOutput> {
    const choices = logitIndex.length;
    const pastLengths = rows.map(({ pastLength }) => pastLength);
    const newCount = rows[0]!.newTokens.length;
    const rowShape = [rows.length, newCount];
    const constraintOf = (pick: (constraint: TokenConstraint) => number) =>
      rows.flatMap(({ constraint }) => new Array<number>(choices).fill(pick(constraint)));
    const floats = (pick: (constraint: TokenConstraint) => number) =>
      new Tensor("float32", Float32Array.from(constraintOf(pick)), [rows.length, choices, 1]);
    const indices = (pick: (constraint: TokenConstraint) => number) =>
      int64(constraintOf(pick), [rows.length, choices, 1]);
    const positions = rows.flatMap(({ pastLength }) =>
      Array.from({ length: newCount }, (_, i) => pastLength + i),
    );
    cache.reserve(Math.max(...pastLengths) + newCount);
    const feeds = {
      ...cross,
      ...(firstRow === 0 ? cache.first(rows.length) : cache.one(firstRow)),
      tokens: int64(
        rows.flatMap(({ newTokens }) => newTokens),
        rowShape,
      ),
      positions: int64(positions, rowShape),
      past_bias: pastBias(pastLengths, cache.capacity),
      new_bias: causalBias(newCount),
      logit_index: int64(logitIndex, [choices]),
      suppress: new Tensor("float32", mask, [mask.length]),
      text_bias: floats(({ textAllowed }) => (textAllowed ? 0 : FORBIDDEN)),
      special_bias: floats(({ specialAllowed }) => (specialAllowed ? 0 : FORBIDDEN)),
      timestamp_low: indices(({ timestampLow }) => timestampLow),
      timestamp_high: indices(({ timestampHigh }) => timestampHigh),
      top_k: int64([topK], [1]),
      target_ids: int64(targets ?? new Array<number>(rows.length * choices).fill(0), [
        rows.length,
        choices,
        1,
      ]),
    };
    const result = await this.#decoder.run(feeds, this.#fetchesFor(wantLogits, targets !== undefined));
    cache.append(result, firstRow, pastLengths, newCount);
    const output = {
      choices: choicesOf(result, rows.length, choices, topK),
      logits: floatsOf(result.logits),
      targetLogprobs: floatsOf(result.target_logprobs),
      alignment: floatsOf(result.alignment),
    };
    const { logits: _, target_logprobs: __, alignment: ___, ...read } = result;
    discard(Object.values(read) as Tensor[]);
    return output;
  }

  #fetchesFor(wantLogits: boolean, wantTargets: boolean): readonly string[] {
    if (wantTargets) return this.#fetchesWithTargets;
    return wantLogits ? this.#fetchesWithLogits : this.#fetches;
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
  const ids = result.top_ids!.data as BigInt64Array;
  const logprobs = result.top_logprobs!.data as Float32Array;
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

function floatsOf(tensor: Tensor | undefined): Float32Array {
  return (tensor?.data as Float32Array | undefined) ?? new Float32Array(0);
}

function int64(values: readonly number[], shape: readonly number[]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), shape);
}

/** [rows, 1, 1, capacity]: what lies behind a row's tokens must not be attended to. */
function pastBias(pastLengths: readonly number[], capacity: number): Tensor {
  const bias = new Float32Array(pastLengths.length * capacity);
  for (const [row, length] of pastLengths.entries()) {
    bias.fill(FORBIDDEN, row * capacity + length, (row + 1) * capacity);
  }
  return new Tensor("float32", bias, [pastLengths.length, 1, 1, capacity]);
}

/** [tokens, tokens]: no token sees those after it. */
function causalBias(tokens: number): Tensor {
  const bias = new Float32Array(tokens * tokens);
  for (let row = 0; row < tokens; row++) bias.fill(FORBIDDEN, row * tokens + row + 1, (row + 1) * tokens);
  return new Tensor("float32", bias, [tokens, tokens]);
}
