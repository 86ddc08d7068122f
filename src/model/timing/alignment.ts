/** When each word of a window is said, from what the decoder looked at. Source: openai/whisper timing.py:163-242 at c0d2f62. */
import { FRAMES_PER_TOKEN, TOKENS_PER_SECOND } from "../../units.js";
import type { AlignedWord, AttendedWord } from "./aligned-word.js";
import { type AttentionScores, attentionMatrix } from "./attention-matrix.js";
import { firstColumns } from "./dtw.js";
import type { WordTokens } from "./split-words.js";

export interface AlignmentInput {
  /**
   * Of the sequence `start sequence, no timestamps, text, end`, forced through the decoder. The end may be missing: its row only counts
   * among those that all are standardised over.
   */
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
  return attendedWords(input).map(({ attendedSeconds: _, ...word }) => word);
}

/** The same, and where the decoder looks most while each word's last token is chosen, by the same smoothed rows. */
export function attendedWords(input: AlignmentInput): AttendedWord[] {
  const { attention, startLength, melFrames, words, probabilities } = input;
  if (words.length === 0) return [];
  const tokenCount = words.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const rows = tokenCount + 1;
  const spare = attention.tokens - startLength - rows;
  if (spare < 0 || spare > 1 || probabilities.length !== tokenCount) {
    throw new RangeError(
      `alignment of ${tokenCount} tokens: got ${attention.tokens} rows and ${probabilities.length} probabilities`,
    );
  }
  const frames = Math.min(Math.max(1, Math.floor(melFrames / FRAMES_PER_TOKEN)), attention.frames);
  const matrix = attentionMatrix(attention, frames, startLength, startLength + rows);
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
      attendedSeconds:
        indexOfLargest(matrix.subarray((last - 1) * frames, last * frames)) / TOKENS_PER_SECOND,
    };
    first = last;
    return aligned;
  });
}

function indexOfLargest(values: Float32Array): number {
  let largest = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[largest]!) largest = i;
  return largest;
}

function mean(values: ArrayLike<number>, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i]!;
  return sum / (end - start);
}
