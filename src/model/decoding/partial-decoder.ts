/** Hypotheses of windows that are not over: short windows, greedy, without timestamps. */
import { traceSpan } from "../../tracing.js";
import { FRAMES_PER_SECOND, FRAMES_PER_TOKEN } from "../../units.js";
import { CrossCache } from "../cross-cache.js";
import type { PartialRequest, PartialResult, PartialWord } from "../live-window.js";
import { SelfCache } from "../self-cache.js";
import { attendedWords } from "../timing/alignment.js";
import { splitIntoWords } from "../timing/split-words.js";
import type { WhisperTokenizer } from "../tokenizer.js";
import type { WhisperRuntime } from "../whisper-runtime.js";
import { GreedyReader, type GreedyReading, type GreedyTask } from "./greedy-reader.js";
import type { DetectedLanguage } from "./language.js";
import { LanguageFinder } from "./language-finder.js";
import { tokenCap } from "./loop-guard.js";
import type { WindowPlace } from "./single-window.js";
import { TokenMasks } from "./suppression.js";

export class PartialDecoder {
  readonly #runtime: WhisperRuntime;
  readonly #tokenizer: WhisperTokenizer;
  readonly #masks: TokenMasks;
  readonly #languages: LanguageFinder;
  readonly #reader: GreedyReader;
  readonly #cache: SelfCache;

  /** `breathe` is awaited between two steps, and may throw to end the work. */
  constructor(runtime: WhisperRuntime, tokenizer: WhisperTokenizer, breathe: () => Promise<void>) {
    this.#runtime = runtime;
    this.#tokenizer = tokenizer;
    this.#masks = new TokenMasks(tokenizer, runtime.config.vocabularySize);
    this.#languages = new LanguageFinder(runtime, tokenizer);
    this.#reader = new GreedyReader(runtime, breathe);
    this.#cache = new SelfCache(runtime.config, 1, runtime.crossStorage);
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
    const { config } = this.#runtime;
    const frames = request.mel.length / config.nMels / FRAMES_PER_TOKEN;
    const cross = new CrossCache(config, 1, this.#runtime.crossStorage, frames);
    try {
      await this.#runtime.encode(request.mel, cross, 0);
      const encoded = performance.now();
      traceSpan("engine", "encode", began, { partial: true }, encoded);
      const place = { cross: cross.one(0), cache: this.#cache, window: 0 };
      const language = await this.#languageOf(request, settled, place);
      const task = this.#taskOf(request, frames, language.language, place, signal);
      const draft = request.draft ?? [];
      const reading = await this.#reader.read(task, draft);
      if (reading === undefined) return undefined;
      const { text, noSpeechProb } = reading;
      const partial = {
        tokens: text.tokens,
        text: this.#tokenizer.decode(text.tokens),
        words: this.#words(reading, request.windowSeconds, language.language),
        isCut: text.isCut,
        language: language.language,
        languageProbability: language.probability,
        noSpeechProb,
        avgLogprob: text.avgLogprob,
        acceptedTokens: commonLength(draft, text.tokens.slice(task.prefix.length)),
        encodeSeconds: (encoded - began) / 1000,
        decodeSeconds: (performance.now() - encoded) / 1000,
      };
      traceSpan("engine", "decode", encoded, { partial: true, tokens: partial.tokens.length });
      return partial;
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

  /** `frames`: of the window as it was encoded. */
  #taskOf(
    request: PartialRequest,
    frames: number,
    language: string,
    place: WindowPlace,
    signal: AbortSignal,
  ): GreedyTask {
    const { endToken, blankTokens, noSpeechToken, noTimestampsToken, startOfPreviousToken } = this.#tokenizer;
    const { maxTextPositions } = this.#runtime.config;
    // As in window-decoder.ts: half the context for what went before, half for what comes.
    const half = maxTextPositions / 2;
    const previous = request.prompt?.slice(-(half - 1)) ?? [];
    const before = previous.length > 0 ? [startOfPreviousToken, ...previous] : [];
    const start = this.#tokenizer.startSequence(language, request.task);
    const prompt = [...before, ...start, noTimestampsToken];
    const maxTokens = Math.min(half, maxTextPositions - prompt.length, tokenCap(request.windowSeconds));
    const audioFrames = Math.floor((request.windowSeconds * FRAMES_PER_SECOND) / FRAMES_PER_TOKEN);
    return {
      place,
      signal,
      prompt,
      startIndex: before.length,
      prefix: request.prefix?.slice(0, maxTokens) ?? [],
      maxTokens,
      mask: this.#masks.of(request).later,
      audioFrames: Math.min(Math.max(1, audioFrames), frames),
      endToken,
      blankTokens,
      noSpeechToken,
    };
  }

  #words({ text, attention }: GreedyReading, windowSeconds: number, language: string): PartialWord[] {
    const { isMultilingual } = this.#tokenizer;
    return attendedWords({
      attention: attention.scores(),
      startLength: this.#tokenizer.startSequence(language, "transcribe").length,
      melFrames: Math.round(windowSeconds * FRAMES_PER_SECOND),
      words: splitIntoWords(text.tokens, isMultilingual ? language : undefined, this.#tokenizer),
      probabilities: text.logprobs.map(Math.exp),
    });
  }
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
