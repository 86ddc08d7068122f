/** The hub's files beside the weights, as texts, for checkpoints that come without them. */
import { LANGUAGES } from "../languages.js";

/** What config.json says of a Whisper. */
export interface WhisperSizes {
  readonly nMels: number;
  readonly dModel: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly encoderHeads: number;
  readonly decoderHeads: number;
  readonly vocabularySize: number;
  readonly maxAudioPositions: number;
  readonly maxTextPositions: number;
}

/** Vocabularies from this size on are multilingual (openai/whisper model.py:281-282). */
const MULTILINGUAL_VOCABULARY = 51_865;
/** Text tokens, and so the number of the end token, which comes behind them. */
export const MULTILINGUAL_TEXT_TOKENS = 50_257;
const ENGLISH_TEXT_TOKENS = 50_256;
/** English-only models have tokens for the languages of their time all the same. */
const LANGUAGES_BEFORE_V3 = 99;

export function isMultilingual({ vocabularySize }: WhisperSizes): boolean {
  return vocabularySize >= MULTILINGUAL_VOCABULARY;
}

export function textTokensOf(sizes: WhisperSizes): number {
  return isMultilingual(sizes) ? MULTILINGUAL_TEXT_TOKENS : ENGLISH_TEXT_TOKENS;
}

export function configJson(sizes: WhisperSizes): string {
  const end = textTokensOf(sizes);
  return json({
    model_type: "whisper",
    num_mel_bins: sizes.nMels,
    d_model: sizes.dModel,
    encoder_layers: sizes.encoderLayers,
    decoder_layers: sizes.decoderLayers,
    encoder_attention_heads: sizes.encoderHeads,
    decoder_attention_heads: sizes.decoderHeads,
    max_source_positions: sizes.maxAudioPositions,
    max_target_positions: sizes.maxTextPositions,
    vocab_size: sizes.vocabularySize,
    eos_token_id: end,
    decoder_start_token_id: end + 1,
  });
}

export function generationConfigJson(alignmentHeads: readonly (readonly number[])[]): string {
  return json(alignmentHeads.length === 0 ? {} : { alignment_heads: alignmentHeads });
}

/** A byte-level BPE as the hub writes it. `vocabulary`: text tokens by number, as printable characters; `merges` in order. */
export function tokenizerJson(
  vocabulary: readonly string[],
  merges: readonly (readonly [string, string])[],
  sizes: WhisperSizes,
): string {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const end = textTokensOf(sizes);
  return JSON.stringify({
    version: "1.0",
    added_tokens: specialTokens(sizes).map((content, i) => ({
      id: end + i,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: { type: "BPE", vocab: Object.fromEntries(vocabulary.map((token, i) => [token, i])), merges },
  });
}

/** From the end token to the first timestamp. */
function specialTokens({ vocabularySize }: WhisperSizes): string[] {
  const extra = Math.max(0, vocabularySize - MULTILINGUAL_VOCABULARY);
  const languages = Object.keys(LANGUAGES).slice(0, LANGUAGES_BEFORE_V3 + extra);
  const tasks = ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"];
  return ["endoftext", "startoftranscript", ...languages, ...tasks].map((name) => `<|${name}|>`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
