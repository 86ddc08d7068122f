/** Two texts of the same speech, matched word by word. */
import { comparableWord } from "./comparable-word.js";

interface Word {
  readonly word: string;
}

/**
 * For each word of `given` the place in `wanted` of the word it equals, undefined where it is another word or one too many: the
 * fewest changes that make one text of the other. Case and punctuation do not count.
 */
export function matchWords(given: readonly Word[], wanted: readonly Word[]): (number | undefined)[] {
  const left = given.map(({ word }) => comparableWord(word));
  const right = wanted.map(({ word }) => comparableWord(word));
  /** Changes of the words from i and from j on. */
  const changes = Array.from({ length: left.length + 1 }, (_, i) =>
    Array.from({ length: right.length + 1 }, (_, j) => left.length - i + right.length - j),
  );
  const at = (i: number, j: number) => changes[i]?.[j] ?? Number.POSITIVE_INFINITY;
  const replace = (i: number, j: number) => at(i + 1, j + 1) + (left[i] === right[j] ? 0 : 1);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      changes[i]![j] = Math.min(replace(i, j), at(i + 1, j) + 1, at(i, j + 1) + 1);
    }
  }
  const places: (number | undefined)[] = left.map(() => undefined);
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (at(i, j) === replace(i, j)) {
      if (left[i] === right[j]) places[i] = j;
      i++;
      j++;
    } else if (at(i, j) === at(i + 1, j) + 1) i++;
    else j++;
  }
  return places;
}
