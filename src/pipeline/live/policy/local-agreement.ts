/**
 * LocalAgreement-n (Liu et al. 2020; whisper_streaming has n = 2): what the last n hypotheses begin with alike is confirmed. Agreement
 * alone trades delay for truth: an unsure model often hears the same wrong word twice. So here a word that the model is less sure of
 * must also stay the same through more new audio, or stand in a checked text (docs/notes/live-policy.md).
 *
 * Unlike whisper_streaming it compares words without case and punctuation, and finds the confirmed text in a new hypothesis by
 * the fewest changes instead of by times and 5-grams.
 *
 * @see https://github.com/ufal/whisper_streaming
 */
import type { PartialWord } from "../../../model/live-window.js";
import type { AlignedWord } from "../../../model/timing/aligned-word.js";
import { comparableWord } from "./comparable-word.js";
import { ConfirmedText } from "./confirmed-text.js";
import { lengthBeforeLoop } from "./loops.js";
import { matchWords } from "./match-words.js";
import { spokenWords } from "./spoken-words.js";
import type { CheckedText, HeardText, Hypothesis, TextPolicy } from "./text-policy.js";

/** Whether the last checked text that heard a word in full has it. */
type Verdict = "same" | "another" | undefined;

export interface AgreementOptions {
  /** Hypotheses that have to agree, at least. */
  readonly hypotheses: number;
  /** New audio through which a word has to stay the same, by how sure the model is of it, 0 to 1, and what a check came to. */
  readonly agreedSeconds: (sureness: number, verdict: Verdict) => number;
}

/** A word that is not confirmed. */
interface Pending {
  readonly word: PartialWord;
  readonly comparable: string;
  /** In how many hypotheses it has stood here, one after another, and how much audio the first of them had. */
  readonly hypotheses: number;
  readonly sinceSeconds: number;
  readonly verdict: Verdict;
}

/** A word as sure as this needs hardly more than the agreement of two hypotheses. */
const SURE = 0.9;
const SURE_SECONDS = 0.3;
/** Seconds for each unit of sureness that is missing: 0.6 s for a tenth. */
const SECONDS_PER_DOUBT = 6;
/** So much has been heard by then that more audio changes little: longer, and one name would hold back all that is said after it. */
const MAX_AGREED_SECONDS = 2.4;
/** And where a check had another word: two of three such words are wrong. */
const CONTRADICTED_SECONDS = 4;
/** What takes less by itself is not worth a check. */
const MIN_CHECKED_SECONDS = 0.9;
/** Audio behind a word for a check to contradict it, and to prove it: the last words may be others in a moment, in a check as well. */
const CONTRADICTING_SECONDS = 0.3;
const PROVING_SECONDS = 0.6;
/** A checked word that is less probable than this proves nothing. */
const PROVING_PROBABILITY = 0.4;
/** Audio behind a word of the first of two checks, and its probability in the second, for what both have alike to be true. */
const REPEATED_SECONDS = 0.9;
const REPEATED_PROBABILITY = 0.2;
/** Sums of steps of audio are not exact. */
const ROUNDING_SECONDS = 1e-6;
/** Of the word that is not there yet. */
const UNKNOWN_PROBABILITY = 0.5;

export class LocalAgreement implements TextPolicy {
  readonly #options: AgreementOptions;
  readonly #confirmed = new ConfirmedText();
  /** The words of the last hypothesis that are not confirmed. */
  #pending: readonly Pending[] = [];
  /** All its words. */
  #spoken: readonly PartialWord[] = [];
  #audioSeconds = 0;
  #isEnding = false;
  #checked: CheckedText | undefined;

  constructor({ hypotheses = 2, agreedSeconds = secondsFor }: Partial<AgreementOptions> = {}) {
    this.#options = { hypotheses, agreedSeconds };
  }

  hear({ words, audioSeconds, isEnding }: Hypothesis): HeardText {
    this.#spoken = spokenWords(words);
    this.#audioSeconds = audioSeconds;
    this.#isEnding = isEnding;
    const text = this.#confirmed.wordsAfter(this.#spoken);
    this.#pending = text.map((word, i) => follow(word, this.#pending[i], audioSeconds));
    return this.#confirm();
  }

  get wantsCheck(): boolean {
    if (this.#isEnding) return false;
    return this.#pending.some(
      (pending, i) =>
        pending.verdict !== "same" &&
        this.#audioSeconds - pending.word.endSeconds >= PROVING_SECONDS &&
        this.#agreedSeconds(pending, i) > MIN_CHECKED_SECONDS,
    );
  }

  check({ words, audioSeconds }: CheckedText): HeardText {
    const checked = { words: spokenWords(words), audioSeconds };
    this.#judge(checked);
    const { newlyConfirmed: agreed } = this.#confirm();
    const repeated = this.#confirmRepeated(checked);
    this.#checked = checked;
    return { newlyConfirmed: [...agreed, ...repeated], partial: this.#pending.map(({ word }) => word) };
  }

  /** What the check says of the words that it has heard in full. */
  #judge({ words, audioSeconds }: CheckedText): void {
    const confirmed = this.#confirmed.words.map((word) => ({ word }));
    const places = matchWords([...confirmed, ...this.#pending.map(({ word }) => word)], words);
    this.#pending = this.#pending.map((pending, i) => {
      const secondsBehind = audioSeconds - pending.word.endSeconds;
      if (pending.sinceSeconds > audioSeconds || secondsBehind < CONTRADICTING_SECONDS) return pending;
      const at = confirmed.length + i;
      const place = places[at];
      const before = at === 0 ? -1 : places[at - 1];
      // A word more in front of it counts as another.
      const isSame = place !== undefined && (before === undefined || place === before + 1);
      if (!isSame) return { ...pending, verdict: "another" };
      if (secondsBehind < PROVING_SECONDS) return pending;
      return { ...pending, verdict: words[place]!.probability < PROVING_PROBABILITY ? undefined : "same" };
    });
  }

  /** Words that two checks have alike, whatever the hypotheses say. */
  #confirmRepeated({ words }: CheckedText): readonly AlignedWord[] {
    if (this.#checked === undefined || this.#isEnding) return [];
    const { audioSeconds } = this.#checked;
    const before = this.#confirmed.wordsAfter(this.#checked.words);
    const now = this.#confirmed.wordsAfter(words);
    const open = now.findIndex(({ word, probability }, i) => {
      const other = before[i];
      if (other === undefined || comparableWord(other.word) !== comparableWord(word)) return true;
      return audioSeconds - other.endSeconds < REPEATED_SECONDS || probability < REPEATED_PROBABILITY;
    });
    const length = Math.min(open < 0 ? now.length : open, this.#lengthBeforeLoop(now));
    const repeated = now.slice(0, length);
    if (length === 0) return repeated;
    this.#confirmed.add(repeated);
    const pending = new Map(this.#pending.map((one) => [one.word, one]));
    this.#pending = this.#confirmed
      .wordsAfter(this.#spoken)
      .map((word) => pending.get(word) ?? follow(word, undefined, this.#audioSeconds));
    return repeated;
  }

  /** What may be confirmed by now. */
  #confirm(): HeardText {
    const text = this.#pending.map(({ word }) => word);
    const certain = this.#isEnding ? 0 : Math.min(this.#agreedLength(), this.#lengthBeforeLoop(text));
    const newlyConfirmed = text.slice(0, certain);
    this.#confirmed.add(newlyConfirmed);
    this.#pending = this.#pending.slice(certain);
    return { newlyConfirmed, partial: text.slice(certain) };
  }

  #agreedLength(): number {
    const { hypotheses } = this.#options;
    const open = this.#pending.findIndex(
      (pending, i) =>
        pending.hypotheses < hypotheses ||
        this.#audioSeconds - pending.sinceSeconds + ROUNDING_SECONDS < this.#agreedSeconds(pending, i),
    );
    return open < 0 ? this.#pending.length : open;
  }

  /** Of the pending word at `i`. */
  #agreedSeconds({ verdict }: Pending, i: number): number {
    const first = this.#spoken.length - this.#pending.length;
    return this.#options.agreedSeconds(surenessOf(this.#spoken, first + i), verdict);
  }

  /** Of the words that come next. */
  #lengthBeforeLoop(next: readonly AlignedWord[]): number {
    const { words } = this.#confirmed;
    const soFar = [...words, ...next.map(({ word }) => comparableWord(word))];
    return Math.max(0, lengthBeforeLoop(soFar) - words.length);
  }
}

function follow(word: PartialWord, before: Pending | undefined, audioSeconds: number): Pending {
  const comparable = comparableWord(word.word);
  if (comparable !== before?.comparable)
    return { word, comparable, hypotheses: 1, sinceSeconds: audioSeconds, verdict: undefined };
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

function secondsFor(sureness: number, verdict: Verdict): number {
  if (verdict === "same") return 0;
  if (verdict === "another") return CONTRADICTED_SECONDS;
  return Math.min(SURE_SECONDS + SECONDS_PER_DOUBT * Math.max(0, SURE - sureness), MAX_AGREED_SECONDS);
}
