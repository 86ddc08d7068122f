/**
 * What of a growing text may be shown as certain. A policy hears the hypotheses of one utterance, one after another, and confirms
 * words from the front; a word that is confirmed stays. It is pure: the same hypotheses give the same answers.
 */
import type { PartialWord } from "../../../model/live-window.js";
import type { AlignedWord } from "../../../model/timing/aligned-word.js";

export const POLICY_NAMES = ["local-agreement", "alignatt", "off"] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

/** What the engine made of an utterance so far. Times are seconds from the utterance's start. */
export interface Hypothesis {
  /** Of the whole utterance, what is confirmed already among them, as the engine hears them now. */
  readonly words: readonly PartialWord[];
  /** A repetition that nobody said was cut off the end. */
  readonly isCut: boolean;
  /** Audio that the hypothesis is made of. */
  readonly audioSeconds: number;
  /** How long the VAD has heard nobody at the end of that audio; 0 while somebody speaks. */
  readonly silenceSeconds: number;
  /** The final text is being made already, so nothing more is confirmed that it might contradict. */
  readonly isEnding: boolean;
}

/** What finals are made by makes of the same utterance while it still goes on. */
export interface CheckedText {
  readonly words: readonly AlignedWord[];
  /** Audio that it is made of. */
  readonly audioSeconds: number;
}

export interface HeardText {
  /** What is certain now and was not before, in order; often empty. Later hypotheses cannot take it back. */
  readonly newlyConfirmed: readonly AlignedWord[];
  /** What comes after all that is confirmed; replaces the partial before. */
  readonly partial: readonly PartialWord[];
}

/** One for each utterance. */
export interface TextPolicy {
  /** Hypotheses in the order of their audio; each has heard at least as much as the one before. */
  hear(hypothesis: Hypothesis): HeardText;
  /** A checked text would settle words that are held back. A policy that never asks has neither of these. */
  readonly wantsCheck?: boolean;
  /** The text that was asked for; hypotheses may have come in between. */
  check?(checked: CheckedText): HeardText;
}
