/** One window on its way through encoder and decoder: its prompt, its hypotheses, its attempts, its result. */
import type { DecodingOptions } from "../decoding-options.js";
import type { WhisperTokenizer } from "../tokenizer.js";
import type { WindowRequest, WindowResult, WindowSegment } from "../window.js";
import { BeamSearch } from "./beam-search.js";
import { compressionRatio } from "./compression-ratio.js";
import { isSilence, needsFallback, type Quality } from "./fallback.js";
import type { DetectedLanguage } from "./language.js";
import { bestCandidate } from "./ranker.js";
import { Sampling } from "./sampling.js";
import { splitAtTimestamps, type TokenSegment } from "./segments.js";
import { GreedyDecoder, type RowChoice, type RowCopy, type TokenDecoder } from "./token-decoder.js";

/** openai/whisper decoding.py:529: half the text context. */
export const MAX_SAMPLED_TOKENS = 224;

interface Attempt extends Quality {
  readonly tokens: readonly number[];
  readonly text: string;
  readonly temperature: number;
}

export class WindowDecoder {
  readonly request: WindowRequest;
  readonly prompt: readonly number[];
  noSpeechProb = 0;
  encodeSeconds = 0;
  decodeSeconds = 0;
  fallbacks = 0;
  decoder: TokenDecoder;
  readonly #tokenizer: WhisperTokenizer;
  readonly #language: DetectedLanguage;
  #steps = 0;

  constructor(request: WindowRequest, language: DetectedLanguage, tokenizer: WhisperTokenizer) {
    this.request = request;
    this.#tokenizer = tokenizer;
    this.#language = language;
    this.prompt = tokenizer.startSequence(language.language, request.options.task);
    this.decoder = decoderFor(request.options, request.options.temperatures[0]!, tokenizer.endToken);
  }

  get options(): DecodingOptions {
    return this.request.options;
  }

  /** Tokens in the caches of its rows, once they have been stepped. */
  get cachedLength(): number {
    return this.prompt.length + this.#steps - 1;
  }

  /** Takes the choices of a step. */
  advance(choices: readonly RowChoice[]): readonly RowCopy[] {
    this.#steps++;
    return this.decoder.advance(choices);
  }

  get isDone(): boolean {
    return this.decoder.isDone || this.#steps >= MAX_SAMPLED_TOKENS;
  }

  /** Begins again at a temperature above 0. */
  restart(temperature: number): void {
    this.fallbacks++;
    this.#steps = 0;
    this.decoder = decoderFor(this.options, temperature, this.#tokenizer.endToken);
  }

  /** What the finished decoder came to at this temperature. */
  attempt(temperature: number): Attempt {
    const { tokens, sumLogprob } = bestCandidate(this.decoder.results(), this.options.lengthPenalty);
    const text = this.#tokenizer.decode(tokens).trim();
    return {
      tokens,
      text,
      temperature,
      avgLogprob: sumLogprob / (tokens.length + 1),
      compressionRatio: compressionRatio(text),
      noSpeechProb: this.noSpeechProb,
    };
  }

  hasFailed(attempt: Attempt): boolean {
    return needsFallback(attempt, this.options);
  }

  result(attempt: Attempt): WindowResult {
    const silent = isSilence(attempt, this.options);
    const { firstTimestampToken } = this.#tokenizer;
    const split = splitAtTimestamps(attempt.tokens, firstTimestampToken, this.request.windowSeconds);
    const all = split.tail === undefined ? split.segments : [...split.segments, split.tail];
    return {
      segments: silent ? [] : all.map((segment) => this.#withText(segment)).filter(hasText),
      resumeSeconds: silent ? undefined : split.resumeSeconds,
      isSilence: silent,
      language: this.#language.language,
      languageProbability: this.#language.probability,
      temperature: attempt.temperature,
      avgLogprob: attempt.avgLogprob,
      compressionRatio: attempt.compressionRatio,
      noSpeechProb: attempt.noSpeechProb,
      tokenCount: attempt.tokens.length,
      fallbacks: this.fallbacks,
      encodeSeconds: this.encodeSeconds,
      decodeSeconds: this.decodeSeconds,
    };
  }

  #withText(segment: TokenSegment): WindowSegment {
    const { startSeconds, endSeconds, tokens } = segment;
    return { startSeconds, endSeconds, tokens, text: this.#tokenizer.decode(tokens) };
  }
}

function hasText({ text }: WindowSegment): boolean {
  return text.trim() !== "";
}

function decoderFor(options: DecodingOptions, temperature: number, endToken: number): TokenDecoder {
  if (temperature > 0) return new Sampling(Math.max(1, options.bestOf), endToken);
  if (options.beamSize <= 1) return new GreedyDecoder(endToken);
  return new BeamSearch(options.beamSize, options.patience, endToken);
}
