import type { AlignedWord } from "../../../src/model/timing/aligned-word.js";

/** A word of one token, which is its first character's code. */
export function timed(word: string, startSeconds: number, endSeconds: number): AlignedWord {
  return { word, tokens: [word.trim().charCodeAt(0)], startSeconds, endSeconds, probability: 0.5 };
}
