/** When each word of a window is said, from what the decoder looked at. Source: openai/whisper timing.py:163-242 at c0d2f62. */
import { FRAMES_PER_TOKEN, TOKENS_PER_SECOND } from "../../units.js";
import type { AlignedWord } from "./aligned-word.js";
import { type AttentionScores, attentionMatrix } from "./attention-matrix.js";
import { firstColumns } from "./dtw.js";
import type { WordTokens } from "./split-words.js";

export interface AlignmentInput {
  /** Of the sequence `start sequence, no timestamps, text, end`, forced through the decoder. */
  readonly attention: AttentionScores;
  /** Tokens of the start sequence (1 or 3), `no timestamps` not counted. */
  readonly startLength: number;
  /** Mel frames of audio in the window; the rest is silence. */
  readonly melFrames: number;
  /** The text, parted by splitIntoWords. */
  readonly words: readonly WordTokens[];
  /** Of each text token, among the text tokens alone. */
  readonly probabilities: ArrayLike<number>;
}

/**
 * Each word of the text with its times; none for a text without tokens. A token begins where the path of its row does: the row of
 * the token before it, which is the one that foretells it. The last word ends where the end token begins.
 */
export function alignWords(input: AlignmentInput): AlignedWord[] {
  const { attention, startLength, melFrames, words, probabilities } = input;
  if (words.length === 0) return [];
  const rows = attention.tokens - startLength - 1;
  const tokenCount = words.reduce((sum, { tokens }) => sum + tokens.length, 0);
  if (rows !== tokenCount + 1 || probabilities.length !== tokenCount) {
    throw new RangeError(
      `alignment of ${tokenCount} tokens: got ${rows} rows and ${probabilities.length} probabilities`,
    );
  }
  const frames = Math.min(Math.max(1, Math.floor(melFrames / FRAMES_PER_TOKEN)), attention.frames);
  const matrix = attentionMatrix(attention, frames, startLength, attention.tokens - 1);
  const begins = firstColumns(matrix, rows, frames);
  let first = 0;
  return words.map(({ word, tokens }) => {
    const last = first + tokens.length;
    const aligned = {
      word,
      tokens,
      startSeconds: begins[first]! / TOKENS_PER_SECOND,
      endSeconds: begins[last]! / TOKENS_PER_SECOND,
      probability: mean(probabilities, first, last),
    };
    first = last;
    return aligned;
  });
}

function mean(values: ArrayLike<number>, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i]!;
  return sum / (end - start);
}
