/** A loaded Whisper: its sessions, fed with typed arrays. Knows tensors, not rules. Runs in the engine's worker. */
import type { AheadEncoder } from "./ahead-encoder.js";
import type { AudioEncoder, LoadOptions } from "./audio-encoder.js";
import type { CrossCache } from "./cross-cache.js";
import type { CrossStorage } from "./cross-storage.js";
import { DecoderSession } from "./decoder-session.js";
import type { TokenConstraint } from "./decoding/timestamp-rules.js";
import { discard } from "./discard.js";
import { EmbeddingTable } from "./embedding-table.js";
import { modelError } from "./model-error.js";
import { int64, Tensor } from "./ort.js";
import { Safetensors } from "./safetensors.js";
import type { SelfCache, StepShape } from "./self-cache.js";
import { type StartedEncoder, type StartOptions, startEncoder } from "./start-encoder.js";
import { type StepOutput, stepOutputOf } from "./step-output.js";
import { readTextTokens, type TextTokens } from "./text-tokens.js";
import { readWhisperConfig, type WhisperConfig } from "./whisper-config.js";

/** One row of a decoder run. All rows of a run have equally many new tokens. */
export interface RowInput {
  /** Tokens not in the cache yet. */
  readonly newTokens: readonly number[];
  readonly constraint: TokenConstraint;
}

export interface StepInput {
  /** Equally many of each window, window after window. */
  readonly rows: readonly RowInput[];
  /** Keys and values of the windows' audio. */
  readonly cross: Record<string, Tensor>;
  /** Holds what went before, for windows from `firstWindow` on; what is new is appended. */
  readonly cache: SelfCache;
  readonly firstWindow: number;
  /** [vocabulary] */
  readonly mask: Float32Array;
  readonly topK: number;
  /** Positions among the new tokens to choose the next token of, and to give logits of. */
  readonly logitIndex: readonly number[];
  readonly wantLogits: boolean;
  /** [rows × logitIndex.length] text tokens to give the log-probability of. */
  readonly targets?: readonly number[];
  /** Also the alignment heads' scores. */
  readonly wantAlignment?: boolean;
}

const LOGITS = ["text_logits", "special_logits"];

export class WhisperRuntime {
  readonly config: WhisperConfig;
  readonly textTokens: TextTokens;
  /** What CrossCache has to keep for it. */
  readonly crossStorage: CrossStorage;
  readonly #encoder: AudioEncoder;
  /** Where the encoder works while the decoder does. */
  readonly #ahead: AheadEncoder | undefined;
  readonly #decoder: DecoderSession;
  /** undefined where the decoder's graph has the embedding. */
  readonly #embedding: EmbeddingTable | undefined;
  /** Of encoder and decoder. */
  readonly #threads: number;
  /** Of the decoder while windows are encoded ahead. */
  readonly #decoderThreads: number;
  /** What is asked for is copied out of the session: no more than is read. */
  readonly #fetches: readonly string[];
  readonly #hasAlignment: boolean;

  private constructor(
    config: WhisperConfig,
    textTokens: TextTokens,
    encoder: AudioEncoder,
    ahead: AheadEncoder | undefined,
    decoder: DecoderSession,
    embedding: EmbeddingTable | undefined,
    threads: number,
  ) {
    this.config = config;
    this.textTokens = textTokens;
    this.crossStorage = decoder.storage;
    this.#encoder = encoder;
    this.#ahead = ahead;
    this.#decoder = decoder;
    this.#embedding = embedding;
    this.#threads = threads;
    this.#decoderThreads = decoder.threads;
    this.#fetches = decoder.outputNames.filter((name) => /^(likely_|new_|vocabulary_)/.test(name));
    this.#hasAlignment = decoder.outputNames.includes("alignment");
  }

  /** From a folder in mubbles' layout (checkpoint-layout.ts). MODEL_BROKEN, MODEL_UNSUPPORTED, MODEL_OUT_OF_MEMORY. */
  static load(folder: string, threads: number, options: StartOptions = {}): Promise<WhisperRuntime> {
    return WhisperRuntime.loadBeside(startEncoder(folder, threads, options), folder, options);
  }

  /** The same for an encoder that loads already, with the same options. */
  static async loadBeside(
    { encoder, ahead, decoderThreads, threads }: StartedEncoder,
    folder: string,
    options: LoadOptions = {},
  ): Promise<WhisperRuntime> {
    try {
      const config = readWhisperConfig(folder);
      const weights = Safetensors.openFolder(folder);
      const decoder = await DecoderSession.load(folder, weights, config, decoderThreads, options);
      const textTokens = readTextTokens(weights);
      const madeEncoder = await encoder;
      const embedding = EmbeddingTable.open(weights, config);
      return new WhisperRuntime(config, textTokens, madeEncoder, ahead, decoder, embedding, threads);
    } catch (cause) {
      // Waited for: a process that ended while the encoder loads would abort in onnxruntime.
      await encoder.then(
        (made) => made.release(),
        () => {},
      );
      throw modelError(folder, cause);
    }
  }

  /** Whether `encode` would have to wait for another thread. */
  isEncoding(mel: Float32Array): boolean {
    return this.#ahead?.isEncoding(mel) === true;
  }

  /** Windows that another thread has still to encode. */
  get encodingCount(): number {
    return this.#ahead?.encodingCount ?? 0;
  }

  /**
   * Whether the decoder can have the encoder's thread as well: where its own is a single one. More than two were not measured, and most of a
   * step's operators are too small for them.
   */
  get canShareThreads(): boolean {
    return this.#decoderThreads === 1 && this.#threads > 1;
  }

  get hasAllThreads(): boolean {
    return this.#decoder.threads === this.#threads;
  }

  /** Gives the decoder all threads, or the encoder's back. */
  async shareThreads(hasAll: boolean): Promise<void> {
    await this.#decoder.changeThreads(hasAll ? this.#threads : this.#decoderThreads);
  }

  /** `mel` [mels × at most 2 frames of the cache] as audio-encoder.ts has it, given away; keys and values are written into the cache's slot. */
  async encode(mel: Float32Array, cache: CrossCache, slot: number): Promise<void> {
    const parts = (await this.#ahead?.take(mel)) ?? this.#encoder.encode(mel, cache.frames);
    for await (const { part, firstFrame, frames } of parts) {
      cache.write(part, slot, firstFrame, frames);
    }
  }

  async step(input: StepInput): Promise<StepOutput> {
    const { rows, cross, cache, firstWindow, mask, topK, logitIndex, wantAlignment = false } = input;
    const windows = Object.values(cross)[0]!.dims[0]!;
    const rowsPerWindow = rows.length / windows;
    const tokens = rows[0]!.newTokens.length;
    const shape: StepShape = { firstWindow, windows, rowsPerWindow, tokens };
    const choices = logitIndex.length;
    const columns = [windows, rowsPerWindow * tokens];
    const choiceShape = [windows, rowsPerWindow * choices, 1];
    const constraints = rows.flatMap(({ constraint }) =>
      new Array<TokenConstraint>(choices).fill(constraint),
    );
    const targets = input.targets ?? constraints.map(() => 0);
    const positions = rows.flatMap((_, i) => {
      const window = firstWindow + Math.floor(i / rowsPerWindow);
      const past = cache.lengthOf(window, i % rowsPerWindow);
      return Array.from({ length: tokens }, (_, token) => past + token);
    });
    const logitColumns = Array.from({ length: rowsPerWindow }, (_, row) =>
      logitIndex.map((token) => row * tokens + token),
    ).flat();
    const feeds = {
      ...cross,
      ...cache.feeds(shape),
      ...this.#tokenFeeds(
        rows.flatMap(({ newTokens }) => newTokens),
        columns,
      ),
      positions: int64(positions, columns),
      logit_index: int64(logitColumns, [logitColumns.length]),
      alignment_columns: int64([wantAlignment ? rowsPerWindow * tokens : 0], [1]),
      suppress: new Tensor("float32", mask, [mask.length]),
      timestamp_low: int64(
        constraints.map(({ timestampLow }) => timestampLow),
        choiceShape,
      ),
      timestamp_high: int64(
        constraints.map(({ timestampHigh }) => timestampHigh),
        choiceShape,
      ),
      top_k: int64([topK], [1]),
      target_ids: int64(targets, choiceShape),
    };
    const result = await this.#decoder.run(feeds, this.#fetchesFor(input));
    cache.append(result, shape);
    const output = stepOutputOf(
      result,
      { constraints, targets, topK, embedding: this.#embedding },
      this.config,
    );
    const { text_logits: _, alignment: __, ...read } = result;
    discard(Object.values(read) as Tensor[]);
    return output;
  }

  #tokenFeeds(tokens: readonly number[], shape: readonly number[]): Record<string, Tensor> {
    if (this.#embedding === undefined) return { tokens: int64(tokens, shape) };
    const rows = this.#embedding.rowsOf(tokens);
    return { embedded: new Tensor("float32", rows, [...shape, this.config.dModel]) };
  }

  #fetchesFor({ wantLogits, wantAlignment }: StepInput): readonly string[] {
    return [
      ...this.#fetches,
      ...(wantLogits ? LOGITS : []),
      ...(wantAlignment && this.#hasAlignment ? ["alignment"] : []),
    ];
  }

  async release(): Promise<void> {
    await this.#encoder.release();
    await this.#decoder.release();
    this.#embedding?.close();
  }
}
