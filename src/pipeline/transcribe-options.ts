/** How a recording is transcribed. */
import type { RawFormat } from "../audio/raw-format.js";
import type { SpeechDetectorOptions } from "../dsp/speech-detector.js";
import type { DecodingOptions } from "../model/decoding-options.js";
import type { ReferenceOptions } from "./reference/reference-options.js";

export interface TranscribeOptions {
  /** fast: windows cut at pauses, no text fed back. reference: openai/whisper's transcribe(), without VAD. */
  readonly strategy: "fast" | "reference";
  /** split: each channel by itself, as a speaker; only in the fast strategy. */
  readonly channel: "mix" | "split" | number;
  /** Names of the channels that are split, the first one's first; those without one are "Speaker 1" and so on. */
  readonly speakers: readonly string[];
  /** Format of headerless input; undefined: the input says what it is. */
  readonly raw: RawFormat | undefined;
  readonly decoding: DecodingOptions;
  /** Segments come with their words. */
  readonly words: boolean;
  /** Text that every recording is to begin with, or undefined; it steers spelling and style. */
  readonly initialPrompt: string | undefined;
  /** Only for the reference strategy. */
  readonly reference: ReferenceOptions;
  /** undefined: no VAD; then everything is decoded, silence too. */
  readonly vad: SpeechDetectorOptions | undefined;
}
