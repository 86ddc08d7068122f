/** What the engine is asked for and what it answers, mostly one decoding window. Plain data, it crosses the worker's border. */
import type { ShownText } from "./decoding/shown-text.js";
import type { DecodingOptions } from "./decoding-options.js";
import type { AlignedWord } from "./timing/aligned-word.js";

export interface WindowRequest {
  /** Windows of one recording share it: the language found in one serves the next. */
  readonly recording: number;
  /** [mels × at most 3000] log-mel, clamped and scaled; frames that are not there are as the last one. Its buffer moves to the worker. */
  readonly mel: Float32Array;
  /** Audio in the window; the rest is silence. */
  readonly windowSeconds: number;
  readonly options: DecodingOptions;
  /** Text before the window, as tokens: what it says steers the text in it. Only the last 223 count. */
  readonly prompt?: readonly number[];
  /** The window's text begins with these tokens; they are not part of the result. */
  readonly prefix?: readonly number[];
  /**
   * What is known to be said in the window's audio up to `untilSeconds`: segments, each between its timestamps. It is read and not decided
   * again, and no part of the result, which begins behind it.
   */
  readonly said?: { readonly tokens: readonly number[]; readonly untilSeconds: number } | undefined;
  /** What a reader has been shown of the window's text as certain; a beam search departs from it only for what is clearly more probable. */
  readonly shown?: ShownText | undefined;
  /**
   * Somebody speaks in the window until then: a segment that begins earlier must have text. Without it the model may begin a
   * segment, say nothing, and leave the rest to a window of its own.
   */
  readonly speaksUntilSeconds?: number;
  /** Text after the last pair of timestamps is left out: the next window begins there (openai/whisper's seek). */
  readonly dropsTail?: boolean;
  /** Also align the text with the audio, word by word; "before a rest": where `resumeSeconds` of the result is there. */
  readonly wantWords?: boolean | "before a rest";
  /**
   * Where the probabilities of words come from. `reading` (the default): from reading the text without timestamps, each token among
   * the text tokens, as openai/whisper does. `search`: from the choice of the tokens, which is there already.
   */
  readonly wordProbabilities?: "reading" | "search";
}

/** A text that is known, to be aligned with the audio of a window. */
export interface AlignmentRequest {
  /** As a WindowRequest has it. */
  readonly mel: Float32Array;
  /** Audio in the window; words lie inside. */
  readonly windowSeconds: number;
  readonly language: string;
  readonly task: "transcribe" | "translate";
  /** Text tokens only. */
  readonly tokens: readonly number[];
}

/** What the model says of the language of a window. */
export interface LanguageResult {
  /** The most probable one. */
  readonly language: string;
  readonly probability: number;
  /** By Whisper's language code; empty for English-only models. */
  readonly probabilities: Readonly<Record<string, number>>;
}

export interface WindowSegment {
  /** From the start of the window. */
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly text: string;
  readonly tokens: readonly number[];
}

export function hasText({ text }: Pick<WindowSegment, "text">): boolean {
  return text.trim() !== "";
}

export interface WindowResult {
  /** All that was sampled, timestamps included, the end token not. */
  readonly tokens: readonly number[];
  /** Empty where the window is silence. The text of one may be blank. */
  readonly segments: readonly WindowSegment[];
  /** Where the model began a segment and said nothing more: what is spoken from there on is still to be decoded. */
  readonly resumeSeconds: number | undefined;
  /** The text ran into a loop and ends before it; `resumeSeconds` is there. */
  readonly isCut: boolean;
  /** How far the text goes, in mel frames from the start of the window: there openai/whisper's next window begins. */
  readonly seekFrames: number;
  /** The text ends with a single timestamp: nobody speaks after it. */
  readonly endsWithOneTimestamp: boolean;
  readonly isSilence: boolean;
  /** The words of all segments in their order, where they were asked for. */
  readonly alignment: readonly AlignedWord[] | undefined;
  readonly language: string;
  readonly languageProbability: number;
  readonly temperature: number;
  readonly avgLogprob: number;
  readonly compressionRatio: number;
  readonly noSpeechProb: number;
  readonly tokenCount: number;
  readonly fallbacks: number;
  /** Time spent on this window alone (encoder), and its share of the steps taken together with others. */
  readonly encodeSeconds: number;
  readonly decodeSeconds: number;
}
