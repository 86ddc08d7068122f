/** Punctuation belongs to the word it stands at. Source: openai/whisper timing.py:245-276 at c0d2f62. */
import type { AlignedWord } from "./aligned-word.js";

export interface PunctuationOptions {
  /** Joined to the word behind them. */
  readonly prependPunctuations: string;
  /** Joined to the word before them. */
  readonly appendPunctuations: string;
}

export const DEFAULT_PUNCTUATION: PunctuationOptions = {
  prependPunctuations: "\"'“¿([{-",
  appendPunctuations: "\"'.。,，!！?？:：”)]}、",
};

/**
 * The same entries with the punctuation moved into its words; an entry whose word has moved away is left with neither word nor
 * tokens. Times stay: a word keeps its own, without its punctuation's. As in the reference a run of signs is merged where it is
 * part of the option's string.
 */
export function mergePunctuation(
  alignment: readonly AlignedWord[],
  { prependPunctuations, appendPunctuations }: PunctuationOptions,
): AlignedWord[] {
  const merged = alignment.map((timing) => ({ ...timing }));
  const empty = { word: "", tokens: [] };
  for (let i = merged.length - 2, j = merged.length - 1; i >= 0; i--) {
    const previous = merged[i]!;
    const following = merged[j]!;
    if (previous.word.startsWith(" ") && prependPunctuations.includes(previous.word.trim())) {
      following.word = previous.word + following.word;
      following.tokens = [...previous.tokens, ...following.tokens];
      Object.assign(previous, empty);
    } else {
      j = i;
    }
  }
  for (let i = 0, j = 1; j < merged.length; j++) {
    const previous = merged[i]!;
    const following = merged[j]!;
    if (!previous.word.endsWith(" ") && appendPunctuations.includes(following.word)) {
      previous.word += following.word;
      previous.tokens = [...previous.tokens, ...following.tokens];
      Object.assign(following, empty);
    } else {
      i = j;
    }
  }
  return merged;
}
