/**
 * Tells where a short window's text begins again. Whisper was trained on windows of 30 s: where a window ends with its speech, the model often
 * goes back to the start and writes the same words once more, for ever.
 */

/** So many tokens that were there before are no accident, and fewer where hardly any text is there. */
const REPEATED_TOKENS = 5;
const FEW_REPEATED_TOKENS = 3;
const FEW_TOKENS = 12;

/** How many of the tokens to keep where the last ones repeat earlier ones; undefined where they do not. */
export function keptBeforeRestart(tokens: readonly number[]): number | undefined {
  const count = tokens.length <= FEW_TOKENS ? FEW_REPEATED_TOKENS : REPEATED_TOKENS;
  const kept = tokens.length - count;
  for (let start = 0; start < kept; start++) {
    let same = 0;
    while (same < count && tokens[start + same] === tokens[kept + same]) same++;
    if (same === count) return kept;
  }
  return undefined;
}
