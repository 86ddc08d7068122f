/**
 * A model that runs in circles says the same in each hypothesis, so agreement alone would confirm it
 * (whisper_streaming does). Nothing of a repetition at the end is confirmed but its first copy, until other words follow it.
 */

/** Nobody's habit: twice is said, three times is a loop until something else follows. */
const MIN_COPIES = 3;

/** How many of the words, normalised, stand before the second copy of what is repeated at their end; all where nothing is. */
export function lengthBeforeLoop(words: readonly string[]): number {
  const { length } = words;
  for (let period = 1; period * MIN_COPIES <= length; period++) {
    let start = length - period;
    while (start > 0 && words[start - 1] === words[start - 1 + period]) start--;
    if (length - start >= period * MIN_COPIES) return start + period;
  }
  return length;
}
