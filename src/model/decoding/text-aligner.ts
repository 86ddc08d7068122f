/** Reads a known text through the decoder once and aligns its words with the audio. Source: openai/whisper timing.py:163-242. */
import { FRAMES_PER_SECOND, FRAMES_PER_TOKEN } from "../../units.js";
import { discardBuffers } from "../discard.js";
import type { Tensor } from "../ort.js";
import { SelfCache } from "../self-cache.js";
import type { AlignedWord } from "../timing/aligned-word.js";
import type { AlignmentInput } from "../timing/alignment.js";
import type { AttentionScores } from "../timing/attention-matrix.js";
import { splitIntoWords } from "../timing/split-words.js";
import { alignedWords } from "../timing/unaligned-words.js";
import type { WhisperTokenizer } from "../tokenizer.js";
import type { WhisperRuntime } from "../whisper-runtime.js";
import type { AlignmentRequest } from "../window.js";
import { AttentionRows } from "./attention-rows.js";
import type { TextAttention } from "./loop-guard.js";
import { ANY_TOKEN } from "./timestamp-rules.js";

/** Tokens read at once with their logits: those of each take 0.2 MB several times over, and more gain no time (docs/notes/memory.md). */
const BLOCK_TOKENS = 16;
/** The same without logits. */
const LONG_BLOCK_TOKENS = 32;

type Text = Omit<AlignmentRequest, "mel"> & {
  /** Keys and values of the audio. */
  readonly cross: Record<string, Tensor>;
  /** Of the tokens, where they are known: the vocabulary is a third of the work. */
  readonly logprobs?: readonly number[] | undefined;
};

interface Reading {
  /** Frames are those with audio. */
  readonly attention: AttentionScores;
  /** [tokens]: of the token that follows each, among the text tokens; zeros where they are not wanted. */
  readonly nextLogprobs: Float32Array;
}

export class TextAligner {
  readonly #runtime: WhisperRuntime;
  readonly #tokenizer: WhisperTokenizer;
  readonly #breathe: () => Promise<void>;
  readonly #noMask: Float32Array;
  readonly #cache: SelfCache;

  constructor(runtime: WhisperRuntime, tokenizer: WhisperTokenizer, breathe: () => Promise<void>) {
    this.#runtime = runtime;
    this.#tokenizer = tokenizer;
    this.#breathe = breathe;
    this.#noMask = new Float32Array(runtime.config.vocabularySize);
    this.#cache = new SelfCache(runtime.config, 1, runtime.crossStorage);
  }

  /** Words of the text in its order; none for an empty text. */
  async align(text: Text): Promise<readonly AlignedWord[]> {
    const input = await this.read(text);
    return input === undefined ? [] : alignedWords({ input, saidTokens: 0 });
  }

  /** What alignWords needs; undefined for an empty text. */
  async read({
    cross,
    windowSeconds,
    language,
    task,
    tokens,
    logprobs,
  }: Text): Promise<AlignmentInput | undefined> {
    if (tokens.length === 0) return undefined;
    const { endToken, noTimestampsToken } = this.#tokenizer;
    const start = this.#tokenizer.startSequence(language, task);
    const sequence = [...start, noTimestampsToken, ...tokens, endToken];
    const melFrames = Math.round(windowSeconds * FRAMES_PER_SECOND);
    const wantsLogprobs = logprobs === undefined;
    const { attention, nextLogprobs } = await this.#read(sequence, cross, melFrames, wantsLogprobs);
    const read = nextLogprobs.subarray(start.length, start.length + tokens.length);
    return {
      attention,
      startLength: start.length,
      melFrames,
      words: splitIntoWords(tokens, this.#tokenizer.isMultilingual ? language : undefined, this.#tokenizer),
      probabilities: (logprobs?.slice(0, tokens.length) ?? Array.from(read)).map(Math.exp),
    };
  }

  /** The attention of the text alone, for the loop guard. */
  async attend({ cross, windowSeconds, language, task, tokens }: Text): Promise<TextAttention> {
    const start = this.#tokenizer.startSequence(language, task);
    const sequence = [...start, this.#tokenizer.noTimestampsToken, ...tokens];
    const melFrames = Math.round(windowSeconds * FRAMES_PER_SECOND);
    const { attention } = await this.#read(sequence, cross, melFrames, false);
    return { attention, firstRow: start.length };
  }

  async #read(
    sequence: readonly number[],
    cross: Record<string, Tensor>,
    melFrames: number,
    wantsLogprobs: boolean,
  ): Promise<Reading> {
    const { config } = this.#runtime;
    const heads = config.alignmentHeads.length;
    const total = sequence.length;
    const frames = Math.min(Math.max(1, Math.floor(melFrames / FRAMES_PER_TOKEN)), config.maxAudioPositions);
    const rows = new AttentionRows(heads, frames);
    const nextLogprobs = new Float32Array(total);
    this.#cache.clear(0);
    const blockTokens = wantsLogprobs ? BLOCK_TOKENS : LONG_BLOCK_TOKENS;
    for (let from = 0; from < total; from += blockTokens) {
      await this.#breathe();
      const block = sequence.slice(from, from + blockTokens);
      const targets = block.map((_, i) => {
        const next = sequence[from + i + 1] ?? 0;
        return next < config.endToken ? next : 0;
      });
      const { choices, alignment } = await this.#runtime.step({
        rows: [{ newTokens: block, constraint: ANY_TOKEN }],
        cross,
        cache: this.#cache,
        firstWindow: 0,
        mask: this.#noMask,
        topK: 1,
        logitIndex: wantsLogprobs ? block.map((_, i) => i) : [0],
        wantLogits: false,
        wantAlignment: true,
        ...(wantsLogprobs ? { targets } : {}),
      });
      if (wantsLogprobs)
        nextLogprobs.set(
          choices.map(({ targetLogprob }) => targetLogprob),
          from,
        );
      rows.append(alignment, block.length);
      discardBuffers([alignment]);
    }
    const attention = rows.scores();
    rows.discard();
    this.#cache.discard();
    return { attention, nextLogprobs };
  }
}
