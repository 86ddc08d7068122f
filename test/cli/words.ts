/** Compares texts by their words: enough to know that the right thing was transcribed. */

/** Lower case, without punctuation. */
export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s]/gu, " ")
    .split(/\s+/)
    .filter((word) => word !== "");
}

/** Substitutions, insertions and deletions per word of the reference. */
export function wordErrorRate(reference: string, hypothesis: string): number {
  const expected = wordsOf(reference);
  const got = wordsOf(hypothesis);
  let previous = Array.from({ length: got.length + 1 }, (_, index) => index);
  for (const [row, word] of expected.entries()) {
    const current = [row + 1];
    for (const [column, other] of got.entries()) {
      const substituted = previous[column]! + (word === other ? 0 : 1);
      current.push(Math.min(substituted, previous[column + 1]! + 1, current[column]! + 1));
    }
    previous = current;
  }
  return previous[got.length]! / expected.length;
}
