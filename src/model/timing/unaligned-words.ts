/** Words of a decoded window whose times are still to be found: for who waits for them, not for the thread that decodes. */
import { discardBuffers } from "../discard.js";
import type { AlignedWord } from "./aligned-word.js";
import { type AlignmentInput, alignWords } from "./alignment.js";

/** Plain data, it crosses the worker's border. */
export interface UnalignedWords {
  readonly input: AlignmentInput;
  /** Tokens at the start of the text that are no part of the result. */
  readonly saidTokens: number;
}

/** The words with their times. Frees the attention scores. */
export function alignedWords({ input, saidTokens }: UnalignedWords): readonly AlignedWord[] {
  const words = alignWords(input);
  discardBuffers([input.attention.scores]);
  let count = 0;
  const first = words.findIndex(({ tokens }) => {
    const isBehind = count >= saidTokens;
    count += tokens.length;
    return isBehind;
  });
  return first < 0 ? [] : words.slice(first);
}
