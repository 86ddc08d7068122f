/** Tokens to words. Source: openai/whisper tokenizer.py:277-327 at c0d2f62. */
import type { WhisperTokenizer } from "../tokenizer.js";

export interface WordTokens {
  /** With the space before it, where there is one. Only characters that are whole. */
  readonly word: string;
  readonly tokens: readonly number[];
}

type Decoder = Pick<WhisperTokenizer, "decode">;

/** Written without spaces between words. */
const UNSPACED_LANGUAGES: readonly string[] = ["zh", "ja", "th", "lo", "my", "yue"];
const REPLACEMENT = "\uFFFD";
/** Python's `string.punctuation`. */
const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/** `tokens` are text tokens only. `language` is undefined for English-only models. Every token comes back, in order. */
export function splitIntoWords(
  tokens: readonly number[],
  language: string | undefined,
  decoder: Decoder,
): WordTokens[] {
  const characters = splitAtCharacters(tokens, decoder);
  if (language !== undefined && UNSPACED_LANGUAGES.includes(language)) return characters;
  return joinBetweenSpaces(characters);
}

/**
 * The shortest runs of tokens that are whole characters. A character cut in the middle decodes to U+FFFD; where the whole text has
 * U+FFFD at the same place, it is not cut but broken, and nothing is to be waited for.
 */
function splitAtCharacters(tokens: readonly number[], decoder: Decoder): WordTokens[] {
  const full = decoder.decode(tokens);
  const words: WordTokens[] = [];
  let current: number[] = [];
  let offset = 0;
  for (const token of tokens) {
    current.push(token);
    const word = decoder.decode(current);
    const broken = word.indexOf(REPLACEMENT);
    if (broken >= 0 && full[offset + broken] !== REPLACEMENT) continue;
    words.push({ word, tokens: current });
    current = [];
    offset += word.length;
  }
  // Broken bytes shift the places. The reference loses such an end; a text must not.
  if (current.length > 0) words.push({ word: decoder.decode(current), tokens: current });
  return words;
}

function joinBetweenSpaces(parts: readonly WordTokens[]): WordTokens[] {
  const words: { word: string; tokens: number[] }[] = [];
  for (const { word, tokens } of parts) {
    const last = words.at(-1);
    // As in the reference a blank part counts as punctuation: "" is in every string.
    if (last === undefined || word.startsWith(" ") || PUNCTUATION.includes(word.trim())) {
      words.push({ word, tokens: [...tokens] });
    } else {
      last.word += word;
      last.tokens.push(...tokens);
    }
  }
  return words;
}
