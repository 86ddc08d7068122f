/**
 * Tells where a short window's text begins again. Whisper was trained on windows of 30 s: where a window ends with its speech, the model often
 * goes back to the start and writes the same words once more, for ever (docs/notes/partials.md has what was measured).
 */

/** So many tokens that were there before are no accident, and fewer where hardly any text is there. */
const REPEATED_TOKENS = 5;
const FEW_REPEATED_TOKENS = 3;
const FEW_TOKENS = 12;
/** Who says something again needs time for it: as loop-guard.ts has it. */
const MIN_ADVANCE_SECONDS = 0.12;
const MAX_TOKENS_PER_SECOND = 22.5;

/**
 * How many of the tokens to keep where the last ones repeat earlier ones without anybody saying them again; undefined elsewhere.
 * `secondsOf`: where in the audio the decoder looks for the tokens [from, to).
 */
export function keptBeforeRestart(
  tokens: readonly number[],
  secondsOf: (from: number, to: number) => number,
): number | undefined {
  const count = tokens.length <= FEW_TOKENS ? FEW_REPEATED_TOKENS : REPEATED_TOKENS;
  const copy = tokens.length - count;
  const earlier = lastOccurrence(tokens, copy, count);
  if (earlier === undefined) return undefined;
  const said = Math.min(copy - earlier, count) / MAX_TOKENS_PER_SECOND;
  const advance = secondsOf(copy, copy + count) - secondsOf(earlier, earlier + count);
  return advance < Math.max(MIN_ADVANCE_SECONDS, said) ? copy : undefined;
}

/** Where the `count` tokens from `copy` on stand for the last time before. */
function lastOccurrence(tokens: readonly number[], copy: number, count: number): number | undefined {
  for (let start = copy - 1; start >= 0; start--) {
    let same = 0;
    while (same < count && tokens[start + same] === tokens[copy + same]) same++;
    if (same === count) return start;
  }
  return undefined;
}
