/** Whisper's tokens: text by the table in the weights file, special tokens by their fixed layout. */
import { LANGUAGES } from "./languages.js";
import type { TextTokens } from "./text-tokens.js";
import type { WhisperConfig } from "./whisper-config.js";

export class WhisperTokenizer {
  readonly endToken: number;
  readonly startToken: number;
  readonly translateToken: number;
  readonly transcribeToken: number;
  readonly startOfLmToken: number;
  readonly startOfPreviousToken: number;
  readonly noSpeechToken: number;
  readonly noTimestampsToken: number;
  readonly firstTimestampToken: number;
  readonly isMultilingual: boolean;
  /** Codes of the languages the model has tokens for, in token order. */
  readonly languages: readonly string[];
  /** What `suppress_tokens="-1"` stands for. */
  readonly nonSpeechTokens: readonly number[];
  readonly blankTokens: readonly number[];
  readonly #text: TextTokens;

  constructor(text: TextTokens, config: WhisperConfig) {
    this.#text = text;
    this.nonSpeechTokens = text.nonSpeech;
    this.blankTokens = text.blank;
    this.isMultilingual = config.isMultilingual;
    // `<|endoftext|> <|startoftranscript|> languages… translate transcribe startoflm startofprev nospeech notimestamps 0.00 …`
    this.endToken = config.endToken;
    this.startToken = config.endToken + 1;
    this.firstTimestampToken = config.firstTimestampToken;
    this.noTimestampsToken = this.firstTimestampToken - 1;
    this.noSpeechToken = this.firstTimestampToken - 2;
    this.startOfPreviousToken = this.firstTimestampToken - 3;
    this.startOfLmToken = this.firstTimestampToken - 4;
    this.transcribeToken = this.firstTimestampToken - 5;
    this.translateToken = this.firstTimestampToken - 6;
    this.languages = Object.keys(LANGUAGES).slice(0, this.translateToken - this.startToken - 1);
  }

  /** Text of the tokens; special ones and timestamps say nothing. Bytes that are no UTF-8 become U+FFFD. */
  decode(tokens: readonly number[]): string {
    const { bytes, offsets } = this.#text;
    const parts = tokens
      .filter((token) => token < this.endToken)
      .map((token) => bytes.subarray(offsets[token]!, offsets[token + 1]!));
    return Buffer.concat(parts).toString("utf8");
  }

  /** RangeError for a language the model has no token for. */
  languageToken(code: string): number {
    const index = this.languages.indexOf(code);
    if (index < 0) throw new RangeError(`the model has no token for language ${code}`);
    return this.startToken + 1 + index;
  }

  /** What decoding starts from; English-only models know neither language nor task. */
  startSequence(language: string, task: "transcribe" | "translate"): number[] {
    if (!this.isMultilingual) return [this.startToken];
    const taskToken = task === "translate" ? this.translateToken : this.transcribeToken;
    return [this.startToken, this.languageToken(language), taskToken];
  }
}
