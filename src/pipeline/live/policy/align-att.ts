/**
 * AlignAtt (Papi et al. 2023, as in SimulStreaming): a word is certain as soon as the model, while it writes it, looks at audio that
 * lies far enough before the end of what it has heard. One hypothesis is enough; what follows the first word that is not far enough
 * has to wait.
 *
 * @see https://github.com/ufal/SimulStreaming
 */
import type { PartialWord } from "../../../model/live-window.js";
import { SECONDS_PER_TIMESTAMP } from "../../../units.js";
import { comparableWord } from "./comparable-word.js";
import { ConfirmedText } from "./confirmed-text.js";
import { lengthBeforeLoop } from "./loops.js";
import { spokenWords } from "./spoken-words.js";
import type { HeardText, Hypothesis, TextPolicy } from "./text-policy.js";

/** SimulStreaming's defaults, in positions of the encoder: 25, and 4 where no more audio comes. */
const DISTANCE_SECONDS = 25 * SECONDS_PER_TIMESTAMP;
const PAUSED_DISTANCE_SECONDS = 4 * SECONDS_PER_TIMESTAMP;
/** Attention that jumps back by more than this (200 positions) has lost the thread. */
const REWIND_SECONDS = 200 * SECONDS_PER_TIMESTAMP;
/** Shorter silence is part of speech. */
const PAUSE_SECONDS = 0.3;

export class AlignAtt implements TextPolicy {
  readonly #confirmed = new ConfirmedText();

  hear({ words, audioSeconds, silenceSeconds, isEnding }: Hypothesis): HeardText {
    const text = this.#confirmed.wordsAfter(spokenWords(words));
    const distanceSeconds = silenceSeconds >= PAUSE_SECONDS ? PAUSED_DISTANCE_SECONDS : DISTANCE_SECONDS;
    const soFar = [...this.#confirmed.words, ...text.map(({ word }) => comparableWord(word))];
    const certain = Math.min(
      isEnding ? 0 : settledLength(text, audioSeconds - distanceSeconds),
      Math.max(0, lengthBeforeLoop(soFar) - this.#confirmed.words.length),
    );
    const newlyConfirmed = text.slice(0, certain);
    this.#confirmed.add(newlyConfirmed);
    return { newlyConfirmed, partial: text.slice(certain) };
  }
}

/** Words before the first that is written with a look behind `settledSeconds`, or far back. */
function settledLength(text: readonly PartialWord[], settledSeconds: number): number {
  const unsettled = text.findIndex(
    ({ attendedSeconds }, i) =>
      attendedSeconds > settledSeconds ||
      attendedSeconds < (text[i - 1]?.attendedSeconds ?? 0) - REWIND_SECONDS,
  );
  return unsettled < 0 ? text.length : unsettled;
}
