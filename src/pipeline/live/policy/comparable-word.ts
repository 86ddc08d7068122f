/** A word without what changes from hypothesis to hypothesis though the same was heard: case, punctuation, the space before it. */
export function comparableWord(word: string): string {
  return word
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "");
}
