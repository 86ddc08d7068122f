/** One window on its way through encoder and decoder: its prompt, its hypotheses, its attempts, its result. */
import { FRAMES_PER_SECOND, SECONDS_PER_TIMESTAMP } from "../../units.js";
import type { DecodingOptions } from "../decoding-options.js";
import type { AlignedWord } from "../timing/aligned-word.js";
import type { WhisperTokenizer } from "../tokenizer.js";
import type { WindowRequest, WindowResult, WindowSegment } from "../window.js";
import { BeamSearch } from "./beam-search.js";
import { compressionRatio } from "./compression-ratio.js";
import { isSilence, needsFallback, type Quality } from "./fallback.js";
import type { DetectedLanguage } from "./language.js";
import { isSuspicious, type Review, tokenCap } from "./loop-guard.js";
import { bestCandidate } from "./ranker.js";
import { Sampling } from "./sampling.js";
import { seekAdvanceFrames } from "./seek-policy.js";
import { type SegmentedWindow, splitAtTimestamps, type TokenSegment } from "./segments.js";
import { firstConstraintAfter, nextTokenConstraint, type TokenConstraint } from "./timestamp-rules.js";
import {
  GreedyDecoder,
  type Hypothesis,
  type LoopCut,
  type RowChoice,
  type RowCopy,
  type TokenDecoder,
} from "./token-decoder.js";

/** Of a telephone call, pauses included. */
const TOKENS_PER_SPOKEN_SECOND = 4;

export interface Attempt extends Quality {
  readonly tokens: readonly number[];
  readonly text: string;
  readonly temperature: number;
  /** Of the tokens from the first on, as they were chosen; undefined where the loop guard took some out. */
  readonly logprobs: readonly number[] | undefined;
  /** Where it ran into a loop. */
  readonly cut: LoopCut | undefined;
  /** The compression ratio to judge it by: without what the speaker repeats. */
  readonly judgedRatio: number;
}

export class WindowDecoder {
  readonly request: WindowRequest;
  /** Everything in front of the first token sampled. */
  readonly prompt: readonly number[];
  /** Where `<|startoftranscript|>` stands in it: there the model says whether anyone speaks. */
  readonly startIndex: number;
  /** A segment that begins before this timestamp must have text. */
  readonly speaksUntil: number;
  noSpeechProb = 0;
  encodeSeconds = 0;
  decodeSeconds = 0;
  fallbacks = 0;
  /** One number of the window's log-mel: the same recording gives the same samples, whatever else is decoded beside it. */
  audioSeed = 0;
  decoder: TokenDecoder;
  readonly #tokenizer: WhisperTokenizer;
  readonly #language: DetectedLanguage;
  readonly #maxSteps: number;
  #steps = 0;

  /** `textPositions`: tokens the model can look back on, 448. */
  constructor(
    request: WindowRequest,
    language: DetectedLanguage,
    tokenizer: WhisperTokenizer,
    textPositions: number,
  ) {
    this.request = request;
    this.#tokenizer = tokenizer;
    this.#language = language;
    const half = textPositions / 2;
    // openai/whisper decoding.py:594-613: half the context for what went before, half for what comes.
    const previous = request.prompt?.slice(-(half - 1)) ?? [];
    const before = previous.length > 0 ? [tokenizer.startOfPreviousToken, ...previous] : [];
    const start = tokenizer.startSequence(language.language, request.options.task);
    this.prompt = [...before, ...start, ...(request.prefix ?? []), ...(request.said?.tokens ?? [])];
    this.startIndex = before.length;
    this.speaksUntil = Math.floor((request.speaksUntilSeconds ?? 0) / SECONDS_PER_TIMESTAMP);
    // decoding.py:529 and 708: no more than half, and one more than fit are sampled.
    const cap = request.options.loopGuard ? tokenCap(request.windowSeconds) : half;
    this.#maxSteps = Math.min(half, textPositions - this.prompt.length + 1, cap);
    this.decoder = this.#decoderFor(request.options.temperatures[0]!);
  }

  get options(): DecodingOptions {
    return this.request.options;
  }

  get language(): string {
    return this.#language.language;
  }

  /** What may come behind these tokens of a hypothesis. */
  constraintAfter(tokens: readonly number[]): TokenConstraint {
    const { firstTimestampToken } = this.#tokenizer;
    const { said } = this.request;
    if (said === undefined) return nextTokenConstraint(tokens, firstTimestampToken, this.speaksUntil);
    if (tokens.length === 0) return firstConstraintAfter(said.tokens, said.untilSeconds, firstTimestampToken);
    return nextTokenConstraint([...said.tokens, ...tokens], firstTimestampToken, this.speaksUntil);
  }

  /** Text that the request knows already. */
  get saidText(): readonly number[] {
    return (this.request.said?.tokens ?? []).filter((token) => token < this.#tokenizer.endToken);
  }

  /** Takes the choices of a step. */
  advance(choices: readonly RowChoice[]): readonly RowCopy[] {
    this.#steps++;
    return this.decoder.advance(choices);
  }

  /** Sequences that may have run into a loop with their last token. */
  get suspicious(): readonly Hypothesis[] {
    if (!this.options.loopGuard || this.isDone) return [];
    return this.decoder.active.filter(({ tokens }) => isSuspicious(tokens, this.#tokenizer.endToken));
  }

  /** How many steps it is likely to take; below 0 where it takes longer than most. */
  get stepsLeft(): number {
    return this.request.windowSeconds * TOKENS_PER_SPOKEN_SECOND - this.#steps;
  }

  get isDone(): boolean {
    return this.decoder.isDone || this.#steps >= this.#maxSteps;
  }

  /** Begins again at a temperature above 0. */
  restart(temperature: number): void {
    this.fallbacks++;
    this.#steps = 0;
    this.decoder = this.#decoderFor(temperature);
  }

  /** What the finished decoder came to at this temperature. */
  attempt(temperature: number): Attempt {
    const { tokens, sumLogprob, sums, cut } = bestCandidate(
      this.decoder.results(),
      this.options.lengthPenalty,
    );
    const attempt = {
      temperature,
      avgLogprob: sumLogprob / (tokens.length + 1),
      noSpeechProb: this.noSpeechProb,
      logprobs: sums.map((sum, i) => sum - (sums[i - 1] ?? 0)),
      cut,
    };
    return this.#withTokens(attempt, tokens, tokens);
  }

  /** The attempt after the loop guard has looked into its repetitions. */
  reviewed(attempt: Attempt, { tokens, once }: Review): Attempt {
    const isSame = tokens.length === attempt.tokens.length;
    return this.#withTokens({ ...attempt, logprobs: isSame ? attempt.logprobs : undefined }, tokens, once);
  }

  #withTokens(
    attempt: Pick<Attempt, "temperature" | "avgLogprob" | "noSpeechProb" | "logprobs" | "cut">,
    tokens: readonly number[],
    judged: readonly number[],
  ): Attempt {
    const text = this.#tokenizer.decode(tokens).trim();
    const ratio = compressionRatio(text);
    const judgedRatio = judged === tokens ? ratio : compressionRatio(this.#tokenizer.decode(judged).trim());
    return { ...attempt, tokens, text, compressionRatio: ratio, judgedRatio };
  }

  hasFailed(attempt: Attempt): boolean {
    // A loop from the first word on says nothing of what is spoken.
    if (attempt.cut?.isAllLoop === true) return !isSilence(attempt, this.options);
    return needsFallback({ ...attempt, compressionRatio: attempt.judgedRatio }, this.options);
  }

  /** The text to align with the audio, in the order of the result's segments; empty where nothing is to be aligned. */
  textTokens(attempt: Attempt): number[] {
    const { wantWords = false } = this.request;
    const isWanted = wantWords === "before a rest" ? this.#restSeconds(attempt) !== undefined : wantWords;
    if (!isWanted || isSilence(attempt, this.options)) return [];
    return this.#segments(attempt)
      .flatMap(({ tokens }) => tokens)
      .filter((token) => token < this.#tokenizer.endToken);
  }

  /** Log-probabilities of these tokens as the search chose them, where those are wanted and known. */
  textLogprobs({ tokens, logprobs }: Attempt): readonly number[] | undefined {
    if (this.request.wordProbabilities !== "search") return undefined;
    return logprobs?.filter((_, i) => tokens[i]! < this.#tokenizer.endToken);
  }

  result(attempt: Attempt, alignment: readonly AlignedWord[] | undefined): WindowResult {
    const silent = isSilence(attempt, this.options);
    const segments = silent ? [] : this.#segments(attempt);
    const split = this.#split(attempt);
    const windowFrames = Math.round(this.request.windowSeconds * FRAMES_PER_SECOND);
    return {
      tokens: attempt.tokens,
      segments: segments.map((segment) => this.#withText(segment)),
      resumeSeconds: silent ? undefined : this.#restSeconds(attempt),
      isCut: attempt.cut !== undefined,
      seekFrames: silent ? windowFrames : seekAdvanceFrames(split, windowFrames),
      endsWithOneTimestamp: split.endsWithOneTimestamp,
      isSilence: silent,
      alignment,
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

  #decoderFor(temperature: number): TokenDecoder {
    const { beamSize, bestOf, patience } = this.options;
    const { endToken } = this.#tokenizer;
    if (temperature > 0) return new Sampling(Math.max(1, bestOf), endToken);
    if (beamSize <= 1) return new GreedyDecoder(endToken);
    return new BeamSearch(beamSize, patience, endToken, this.request.shown);
  }

  #segments(attempt: Attempt): readonly TokenSegment[] {
    const { segments, tail } = this.#split(attempt);
    return tail === undefined || this.request.dropsTail === true ? segments : [...segments, tail];
  }

  #restSeconds(attempt: Attempt): number | undefined {
    return attempt.cut?.endSeconds ?? this.#split(attempt).resumeSeconds;
  }

  #split({ tokens }: Attempt): SegmentedWindow {
    return splitAtTimestamps(tokens, this.#tokenizer.firstTimestampToken, this.request.windowSeconds);
  }

  #withText(segment: TokenSegment): WindowSegment {
    const { startSeconds, endSeconds, tokens } = segment;
    return { startSeconds, endSeconds, tokens, text: this.#tokenizer.decode(tokens) };
  }
}
