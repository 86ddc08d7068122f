/**
 * LocalAgreement-n (Liu et al. 2020; whisper_streaming has n = 2): what the last n hypotheses begin with alike is confirmed.
 * Unlike whisper_streaming it compares words without case and punctuation, and finds the confirmed text in a new hypothesis by
 * the fewest changes instead of by times and 5-grams.
 *
 * @see https://github.com/ufal/whisper_streaming
 */
import type { PartialWord } from "../../../model/live-window.js";
import { comparableWord } from "./comparable-word.js";
import { ConfirmedText } from "./confirmed-text.js";
import { lengthBeforeLoop } from "./loops.js";
import { spokenWords } from "./spoken-words.js";
import type { HeardText, Hypothesis, TextPolicy } from "./text-policy.js";

export class LocalAgreement implements TextPolicy {
  readonly #hypotheses: number;
  readonly #confirmed = new ConfirmedText();
  /** What the hypotheses before had after the confirmed text, newest first. */
  #earlier: (readonly PartialWord[])[] = [];

  constructor(hypotheses = 2) {
    this.#hypotheses = hypotheses;
  }

  hear({ words }: Hypothesis): HeardText {
    const text = this.#confirmed.wordsAfter(spokenWords(words));
    const agreed = this.#earlier.length < this.#hypotheses - 1 ? 0 : alikeLength(text, this.#earlier);
    const soFar = [...this.#confirmed.words, ...text.map(({ word }) => comparableWord(word))];
    const certain = Math.max(0, Math.min(agreed, lengthBeforeLoop(soFar) - this.#confirmed.words.length));
    const newlyConfirmed = text.slice(0, certain);
    this.#confirmed.add(newlyConfirmed);
    this.#earlier = [text, ...this.#earlier]
      .slice(0, this.#hypotheses - 1)
      .map((earlier) => earlier.slice(certain));
    return { newlyConfirmed, partial: text.slice(certain) };
  }
}

function alikeLength(text: readonly PartialWord[], others: readonly (readonly PartialWord[])[]): number {
  const differs = text.findIndex(({ word }, i) =>
    others.some((other) => other[i] === undefined || comparableWord(other[i].word) !== comparableWord(word)),
  );
  return differs < 0 ? text.length : differs;
}
