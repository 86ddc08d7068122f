/** What the engine is asked for and what it answers: one decoding window. Plain data, it crosses the worker's border. */
import type { DecodingOptions } from "./decoding-options.js";

export interface WindowRequest {
  /** Windows of one recording share it: the language found in one serves the next. */
  readonly recording: number;
  /** [mels × 3000] log-mel, clamped and scaled; its buffer moves to the worker. */
  readonly mel: Float32Array;
  /** Audio in the window; the rest is silence. */
  readonly windowSeconds: number;
  readonly options: DecodingOptions;
}

export interface WindowSegment {
  /** From the start of the window. */
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly text: string;
  readonly tokens: readonly number[];
}

export interface WindowResult {
  /** Empty where the window is silence. */
  readonly segments: readonly WindowSegment[];
  /** Where the model began a segment and said nothing more: what is spoken from there on is still to be decoded. */
  readonly resumeSeconds: number | undefined;
  readonly isSilence: boolean;
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
