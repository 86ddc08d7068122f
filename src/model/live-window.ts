/** What live transcription asks of the engine while somebody still speaks. Plain data, it crosses the worker's border. */
import type { AttendedWord } from "./timing/aligned-word.js";

/** An hypothesis of audio that is not over: greedy, without timestamps or fallback, of a window as short as its audio. */
export interface PartialRequest {
  /** Utterances of one recording share its language (window.ts). */
  readonly recording: number;
  /** [mels × frames] log-mel, clamped and scaled; an even number of frames, at most 3000. Its buffer moves to the worker. */
  readonly mel: Float32Array;
  /** Audio in it; the rest is silence. */
  readonly windowSeconds: number;
  readonly task: "transcribe" | "translate";
  /** undefined: the recording's, else detect it. */
  readonly language: string | undefined;
  readonly suppressTokens: readonly number[];
  /** Text before the window, as tokens. */
  readonly prompt?: readonly number[];
  /** The window's text begins with these: what is confirmed already. They are part of the result. */
  readonly prefix?: readonly number[];
  /**
   * Guess of the text tokens after the prefix, the hypothesis before. Checked in one pass; what greedy decoding would not have chosen is
   * dropped, so the result is the same with any draft.
   */
  readonly draft?: readonly number[];
}

export type PartialWord = AttendedWord;

export interface PartialResult {
  /** Text tokens, the prefix among them. */
  readonly tokens: readonly number[];
  readonly text: string;
  readonly words: readonly PartialWord[];
  /** A repetition that nobody said was cut off the end. */
  readonly isCut: boolean;
  readonly language: string;
  readonly languageProbability: number;
  readonly noSpeechProb: number;
  /** Mean over the tokens after the prefix and the end token. */
  readonly avgLogprob: number;
  /** Tokens of the draft that were right. */
  readonly acceptedTokens: number;
  readonly encodeSeconds: number;
  readonly decodeSeconds: number;
}
