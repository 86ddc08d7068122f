/**
 * Hypotheses of windows that are not over: greedy, without timestamps. A draft of the text is read several tokens at a time, and what
 * greedy decoding would not have chosen is dropped.
 */
import { FRAMES_PER_SECOND, FRAMES_PER_TOKEN } from "../../units.js";
import { CrossCache } from "../cross-cache.js";
import type { PartialRequest, PartialResult, PartialWord } from "../live-window.js";
import { SelfCache } from "../self-cache.js";
import { attendedWords } from "../timing/alignment.js";
import { splitIntoWords } from "../timing/split-words.js";
import type { WhisperTokenizer } from "../tokenizer.js";
import type { StepOutput, WhisperRuntime } from "../whisper-runtime.js";
import { AttentionRows } from "./attention-rows.js";
import { choiceSize, GreedyText } from "./greedy-text.js";
import type { DetectedLanguage } from "./language.js";
import { LanguageFinder } from "./language-finder.js";
import { probabilityOf } from "./logit-filters.js";
import { tokenCap } from "./loop-guard.js";
import type { WindowPlace } from "./single-window.js";
import { TokenMasks } from "./suppression.js";
import type { TokenConstraint } from "./timestamp-rules.js";

/** Tokens read at once: the logits of each take 0.2 MB several times over (docs/notes/memory.md). */
const BLOCK_TOKENS = 16;
/**
 * Products of several rows are rounded in another order than those of one. Log-probabilities differ by less than this, so where the
 * best two are as close the draft is given up, and the text decoded without it.
 */
const TIE_MARGIN = 0.01;
const NO_TIMESTAMPS: TokenConstraint = {
  textAllowed: true,
  specialAllowed: true,
  timestampLow: 1,
  timestampHigh: 0,
};

/** What is known of a partial before its first token. */
interface Task {
  readonly request: PartialRequest;
  readonly signal: AbortSignal;
  readonly place: WindowPlace;
  /** Positions with audio, 20 ms each. */
  readonly audioFrames: number;
  /** The prompt, `<|startoftranscript|>` at its end. */
  readonly before: readonly number[];
  /** The rest in front of the text. */
  readonly start: readonly number[];
  readonly prefix: readonly number[];
  readonly maxTokens: number;
}

interface Grown {
  readonly text: GreedyText;
  /** From `<|startoftranscript|>` to the last token of the text. */
  readonly attention: AttentionRows;
}

export class PartialDecoder {
  readonly #runtime: WhisperRuntime;
  readonly #tokenizer: WhisperTokenizer;
  readonly #masks: TokenMasks;
  readonly #languages: LanguageFinder;
  readonly #cache: SelfCache;
  readonly #noMask: Float32Array;
  readonly #breathe: () => Promise<void>;

  /** `breathe` is awaited between two steps, and may throw to end the work. */
  constructor(runtime: WhisperRuntime, tokenizer: WhisperTokenizer, breathe: () => Promise<void>) {
    this.#runtime = runtime;
    this.#tokenizer = tokenizer;
    this.#masks = new TokenMasks(tokenizer, runtime.config.vocabularySize);
    this.#languages = new LanguageFinder(runtime, tokenizer);
    this.#cache = new SelfCache(runtime.config, 1);
    this.#noMask = new Float32Array(runtime.config.vocabularySize);
    this.#breathe = breathe;
  }

  /**
   * Undefined where the signal is aborted. `settled`: the recording's language, where it is known. Partials teach nobody the
   * language: what is final does not depend on how often somebody looked.
   */
  async decode(
    request: PartialRequest,
    settled: DetectedLanguage | undefined,
    signal: AbortSignal,
  ): Promise<PartialResult | undefined> {
    const began = performance.now();
    const frames = request.mel.length / this.#runtime.config.nMels / FRAMES_PER_TOKEN;
    const cross = new CrossCache(this.#runtime.config, 1, frames);
    try {
      await this.#runtime.encode(request.mel, cross, 0);
      const encoded = performance.now();
      const place = { cross: cross.one(0), cache: this.#cache, window: 0 };
      const language = await this.#languageOf(request, settled, place);
      const task = this.#taskOf(request, language.language, frames, place, signal);
      const { noSpeechProb, startAttention } = await this.#readBefore(task);
      const grown =
        (await this.#grow(task, startAttention, request.draft ?? [])) ??
        (await this.#grow(task, startAttention, []));
      if (grown === undefined) return undefined;
      const { text } = grown;
      return {
        tokens: text.tokens,
        text: this.#tokenizer.decode(text.tokens),
        words: this.#words(grown, task, language.language),
        isCut: text.isCut,
        language: language.language,
        languageProbability: language.probability,
        noSpeechProb,
        avgLogprob: text.avgLogprob,
        acceptedTokens: commonLength(request.draft ?? [], text.tokens.slice(task.prefix.length)),
        encodeSeconds: (encoded - began) / 1000,
        decodeSeconds: (performance.now() - encoded) / 1000,
      };
    } finally {
      cross.discard();
    }
  }

  async #languageOf(
    { language }: PartialRequest,
    settled: DetectedLanguage | undefined,
    place: WindowPlace,
  ): Promise<DetectedLanguage> {
    if (language !== undefined) return { language, probability: 1 };
    return settled ?? (await this.#languages.detect(place));
  }

  #taskOf(
    request: PartialRequest,
    language: string,
    frames: number,
    place: WindowPlace,
    signal: AbortSignal,
  ): Task {
    const { startOfPreviousToken, noTimestampsToken } = this.#tokenizer;
    const positions = this.#runtime.config.maxTextPositions;
    const half = positions / 2;
    const previous = request.prompt?.slice(-(half - 1)) ?? [];
    const [startOfTranscript, ...ofTask] = this.#tokenizer.startSequence(language, request.task);
    const before = [...(previous.length > 0 ? [startOfPreviousToken, ...previous] : []), startOfTranscript!];
    const start = [...ofTask, noTimestampsToken];
    const maxTokens = Math.min(
      half,
      positions - before.length - start.length,
      tokenCap(request.windowSeconds),
    );
    const audioFrames = Math.floor((request.windowSeconds * FRAMES_PER_SECOND) / FRAMES_PER_TOKEN);
    return {
      request,
      signal,
      place,
      audioFrames: Math.min(Math.max(1, audioFrames), frames),
      before,
      start,
      prefix: request.prefix?.slice(0, maxTokens) ?? [],
      maxTokens,
    };
  }

  /** Whether anybody speaks is asked by a step of its own: the logits of all positions would be much to copy. */
  async #readBefore({ before, place, audioFrames }: Task): Promise<{
    readonly noSpeechProb: number;
    /** Of `<|startoftranscript|>`. */
    readonly startAttention: AttentionRows;
  }> {
    place.cache.clear(place.window);
    const { logits, alignment } = await this.#step(place, before, {
      mask: this.#noMask,
      firstChoice: before.length - 1,
      wantLogits: true,
    });
    const attention = new AttentionRows(this.#runtime.config.alignmentHeads.length, audioFrames);
    attention.append(alignment, before.length);
    return {
      noSpeechProb: probabilityOf(this.#tokenizer.noSpeechToken, logits),
      startAttention: attention.last(1),
    };
  }

  /** The whole text; undefined where the signal is aborted, or where a draft leaves a choice too close to call. */
  async #grow(
    task: Task,
    startAttention: AttentionRows,
    draft: readonly number[],
  ): Promise<Grown | undefined> {
    const { request, signal, place, before, start, prefix, maxTokens } = task;
    const { endToken, blankTokens } = this.#tokenizer;
    const text = new GreedyText({ prefix, maxTokens, endToken, blankTokens });
    const attention = startAttention.last(1);
    place.cache.truncateRow(place.window, 0, before.length);
    const known = [...start, ...prefix];
    const guessed = draft.slice(0, maxTokens - prefix.length);
    let pending = [...known, ...guessed];
    let read = 0;
    while (!text.isDone) {
      await this.#breathe();
      if (signal.aborted) return undefined;
      const block = pending.slice(0, BLOCK_TOKENS);
      const firstChoice = Math.max(0, start.length - 1 - read);
      const { choices, targetLogprobs, alignment } = await this.#step(place, block, {
        mask: this.#masks.of(request).later,
        firstChoice,
        targets: block.map((_, i) => known[read + i + 1] ?? 0).slice(firstChoice),
      });
      attention.append(alignment, block.length);
      let right = firstChoice;
      let next: number | undefined;
      do {
        next = text.take(choices[right - firstChoice]!, targetLogprobs[right - firstChoice]!);
        right++;
      } while (next !== undefined && right < block.length && block[right] === next);
      if (guessed.length > 0 && text.smallestMargin < TIE_MARGIN) return undefined;
      read += right;
      const isAsGuessed = right === block.length && pending[right] === next;
      pending = isAsGuessed ? pending.slice(right) : [next ?? endToken];
      place.cache.truncateRow(place.window, 0, before.length + read);
      attention.truncate(1 + read);
    }
    attention.truncate(1 + start.length + text.tokens.length);
    return { text, attention };
  }

  #step(
    place: WindowPlace,
    tokens: readonly number[],
    options: {
      readonly mask: Float32Array;
      /** Where the first choice is made; one follows at each later token. */
      readonly firstChoice: number;
      readonly targets?: readonly number[];
      readonly wantLogits?: boolean;
    },
  ): Promise<StepOutput> {
    const { mask, firstChoice, targets, wantLogits = false } = options;
    return this.#runtime.step({
      rows: [{ newTokens: tokens, constraint: NO_TIMESTAMPS }],
      cross: place.cross,
      cache: place.cache,
      firstWindow: place.window,
      mask,
      topK: choiceSize(this.#tokenizer.blankTokens),
      logitIndex: tokens.map((_, i) => i).slice(firstChoice),
      wantLogits,
      wantAlignment: true,
      ...(targets === undefined ? {} : { targets }),
    });
  }

  #words({ text, attention }: Grown, { start, request }: Task, language: string): PartialWord[] {
    return attendedWords({
      attention: attention.scores(),
      startLength: start.length,
      melFrames: Math.round(request.windowSeconds * FRAMES_PER_SECOND),
      words: splitIntoWords(
        text.tokens,
        this.#tokenizer.isMultilingual ? language : undefined,
        this.#tokenizer,
      ),
      probabilities: text.logprobs.map(Math.exp),
    });
  }
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
