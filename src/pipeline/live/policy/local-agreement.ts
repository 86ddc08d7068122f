/**
 * LocalAgreement-n (Liu et al. 2020; whisper_streaming has n = 2): what the last n hypotheses begin with alike is confirmed. Agreement
 * alone trades delay for truth: an unsure model often hears the same wrong word twice. So here a word that the model is less sure of
 * must also stay the same through more new audio (docs/notes/live-policy.md).
 *
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

export interface AgreementOptions {
  /** Hypotheses that have to agree, at least. */
  readonly hypotheses: number;
  /** New audio through which a word has to stay the same, by how sure the model is of it, 0 to 1. */
  readonly agreedSeconds: (sureness: number) => number;
}

/** A word that is not confirmed. */
interface Pending {
  readonly word: PartialWord;
  readonly comparable: string;
  /** In how many hypotheses it has stood here, one after another, and how much audio the first of them had. */
  readonly hypotheses: number;
  readonly sinceSeconds: number;
}

/** A word as sure as this needs hardly more than the agreement of two hypotheses. */
const SURE = 0.9;
const SURE_SECONDS = 0.3;
/** Seconds for each unit of sureness that is missing: 0.5 s for a tenth. */
const SECONDS_PER_DOUBT = 5;
/** So much has been heard by then that more audio changes little: longer, and one name would hold back all that is said after it. */
const MAX_AGREED_SECONDS = 1.6;
/** Sums of steps of audio are not exact. */
const ROUNDING_SECONDS = 1e-6;
/** Of the word that is not there yet. */
const UNKNOWN_PROBABILITY = 0.5;

export class LocalAgreement implements TextPolicy {
  readonly #options: AgreementOptions;
  readonly #confirmed = new ConfirmedText();
  /** Of the hypothesis before. */
  #pending: readonly Pending[] = [];

  constructor({ hypotheses = 2, agreedSeconds = secondsFor }: Partial<AgreementOptions> = {}) {
    this.#options = { hypotheses, agreedSeconds };
  }

  hear({ words, audioSeconds, isEnding }: Hypothesis): HeardText {
    const spoken = spokenWords(words);
    const text = this.#confirmed.wordsAfter(spoken);
    const pending = text.map((word, i) => follow(word, this.#pending[i], audioSeconds));
    const agreed = isEnding ? 0 : this.#agreedLength(pending, spoken, audioSeconds);
    const certain = Math.min(agreed, this.#lengthBeforeLoop(pending));
    const newlyConfirmed = text.slice(0, certain);
    this.#confirmed.add(newlyConfirmed);
    this.#pending = pending.slice(certain);
    return { newlyConfirmed, partial: text.slice(certain) };
  }

  #agreedLength(pending: readonly Pending[], spoken: readonly PartialWord[], audioSeconds: number): number {
    const { hypotheses, agreedSeconds } = this.#options;
    const first = spoken.length - pending.length;
    const open = pending.findIndex(
      (word, i) =>
        word.hypotheses < hypotheses ||
        audioSeconds - word.sinceSeconds + ROUNDING_SECONDS < agreedSeconds(surenessOf(spoken, first + i)),
    );
    return open < 0 ? pending.length : open;
  }

  #lengthBeforeLoop(pending: readonly Pending[]): number {
    const { words } = this.#confirmed;
    const soFar = [...words, ...pending.map(({ comparable }) => comparable)];
    return Math.max(0, lengthBeforeLoop(soFar) - words.length);
  }
}

function follow(word: PartialWord, before: Pending | undefined, audioSeconds: number): Pending {
  const comparable = comparableWord(word.word);
  if (comparable !== before?.comparable)
    return { word, comparable, hypotheses: 1, sinceSeconds: audioSeconds };
  return { ...before, word, hypotheses: before.hypotheses + 1 };
}

/**
 * The word's own probability and, half as much, those of its neighbours: where the model cuts words at the wrong place or guesses,
 * it is unsure of more than one of them.
 */
function surenessOf(words: readonly PartialWord[], i: number): number {
  const before = words[i - 1]?.probability ?? 1;
  const after = words[i + 1]?.probability ?? UNKNOWN_PROBABILITY;
  return (before + 2 * words[i]!.probability + after) / 4;
}

function secondsFor(sureness: number): number {
  return Math.min(SURE_SECONDS + SECONDS_PER_DOUBT * Math.max(0, SURE - sureness), MAX_AGREED_SECONDS);
}
