/** What is confirmed of an utterance, and where a new hypothesis goes on from there. */
import type { AlignedWord } from "../../../model/timing/aligned-word.js";
import { comparableWord } from "./comparable-word.js";

export class ConfirmedText {
  readonly #words: string[] = [];
  #endSeconds = 0;

  /** Normalised (comparable-word.ts). */
  get words(): readonly string[] {
    return this.#words;
  }

  add(words: readonly AlignedWord[]): void {
    this.#words.push(...words.map(({ word }) => comparableWord(word)));
    this.#endSeconds = Math.max(this.#endSeconds, words.at(-1)?.endSeconds ?? 0);
  }

  /**
   * The words of a hypothesis that come after the confirmed ones. It may hear these otherwise by now, more or fewer of them, so
   * they are matched with its beginning by the fewest changes (insert, delete or replace a word); a second between where its
   * beginning ends and where the confirmed text ended counts as one change.
   */
  wordsAfter<W extends AlignedWord>(words: readonly W[]): readonly W[] {
    if (this.#words.length === 0) return words;
    const changes = changesOfPrefixes(this.#words, words);
    let best = { cost: Number.POSITIVE_INFINITY, length: 0 };
    for (const [length, count] of changes.entries()) {
      const endSeconds = words[length - 1]?.endSeconds ?? 0;
      const cost = count + Math.abs(endSeconds - this.#endSeconds);
      if (cost < best.cost) best = { cost, length };
    }
    return words.slice(best.length);
  }
}

/** [words + 1]: changes that make the first 0, 1, 2 … words out of `from`. */
function changesOfPrefixes(from: readonly string[], words: readonly AlignedWord[]): number[] {
  const into = words.map(({ word }) => comparableWord(word));
  let row = Array.from({ length: into.length + 1 }, (_, i) => i);
  for (const word of from) {
    const next = [row[0]! + 1];
    for (let i = 0; i < into.length; i++) {
      const replaced = row[i]! + (into[i] === word ? 0 : 1);
      next.push(Math.min(replaced, row[i + 1]! + 1, next[i]! + 1));
    }
    row = next;
  }
  return row;
}
