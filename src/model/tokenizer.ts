/** Whisper's tokens: text by the checkpoint's own tokenizer.json, special tokens by their fixed layout. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { MubblesError } from "../errors.js";
import { LANGUAGES } from "./languages.js";
import type { WhisperConfig } from "./whisper-config.js";

/** openai/whisper tokenizer.py:242-275: what people do not say but subtitles contain. */
const NON_SPEECH_SYMBOLS = [
  ...'"#()*+/:;<=>@[\\]^_`{|}~「」『』',
  ..."<< >> <<< >>> -- --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪".split(" "),
];
const NON_SPEECH_MUSIC = [..."♩♪♫♬♭♮♯"];

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
  readonly #tokenizer: Tokenizer;

  constructor(tokenizer: Tokenizer, config: WhisperConfig) {
    this.#tokenizer = tokenizer;
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

  /** From FOLDER/tokenizer.json; MODEL_BROKEN where that cannot be read. */
  static load(folder: string, config: WhisperConfig): WhisperTokenizer {
    const file = join(folder, "tokenizer.json");
    try {
      const json = JSON.parse(readFileSync(file, "utf8")) as object;
      return new WhisperTokenizer(new Tokenizer(json, { clean_up_tokenization_spaces: false }), config);
    } catch (cause) {
      throw new MubblesError("MODEL_BROKEN", { where: file, detail: "not a readable tokenizer", cause });
    }
  }

  isTimestamp(token: number): boolean {
    return token >= this.firstTimestampToken;
  }

  /** Text of the tokens; special ones and timestamps say nothing. Bytes that are no UTF-8 become U+FFFD. */
  decode(tokens: readonly number[]): string {
    const text = tokens.filter((token) => token < this.endToken);
    return text.length === 0 ? "" : this.#tokenizer.decode(text, { clean_up_tokenization_spaces: false });
  }

  encode(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
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

  /** Tokens that `suppress_tokens="-1"` stands for. */
  nonSpeechTokens(): number[] {
    const result = new Set([this.encode(" -")[0]!, this.encode(" '")[0]!]);
    for (const symbol of [...NON_SPEECH_SYMBOLS, ...NON_SPEECH_MUSIC]) {
      for (const tokens of [this.encode(symbol), this.encode(` ${symbol}`)]) {
        if (tokens.length === 1 || NON_SPEECH_MUSIC.includes(symbol)) result.add(tokens[0]!);
      }
    }
    return [...result].sort((a, b) => a - b);
  }
}
