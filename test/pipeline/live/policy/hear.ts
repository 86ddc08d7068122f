/** Hypotheses written as text, and what a policy makes of them. */
import type { PartialWord } from "../../../../src/model/live-window.js";
import type { TextPolicy } from "../../../../src/pipeline/live/policy/text-policy.js";

/** What a policy hears, and what it has to answer. */
export interface Step {
  /** Words between spaces; a word is spoken in WORD_SECONDS, each behind the one before. */
  readonly heard: string;
  /** Until the end of the last word where it is not given. */
  readonly audioSeconds?: number;
  readonly silenceSeconds?: number;
  readonly isEnding?: boolean;
  /** Of all words. */
  readonly probability?: number;
  readonly isCut?: boolean;
  readonly confirmed?: string;
  readonly partial: string;
}

export const WORD_SECONDS = 0.5;

/** The answers to the steps in the form in which the steps have them. */
export function answers(policy: TextPolicy, steps: readonly Step[]): Pick<Step, "confirmed" | "partial">[] {
  return steps.map(
    ({ heard, audioSeconds, silenceSeconds = 0, probability = 0.9, isCut = false, isEnding = false }) => {
      const words = wordsOf(heard, probability);
      const { newlyConfirmed, partial } = policy.hear({
        words,
        isCut,
        audioSeconds: audioSeconds ?? words.length * WORD_SECONDS,
        silenceSeconds,
        isEnding,
      });
      return { confirmed: textOf(newlyConfirmed), partial: textOf(partial) };
    },
  );
}

export function expected(steps: readonly Step[]): Pick<Step, "confirmed" | "partial">[] {
  return steps.map(({ confirmed = "", partial }) => ({ confirmed, partial }));
}

export function wordsOf(text: string, probability = 0.9): PartialWord[] {
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map((word, i) => ({
      word: ` ${word}`,
      tokens: [i],
      startSeconds: i * WORD_SECONDS,
      endSeconds: (i + 1) * WORD_SECONDS,
      probability,
      attendedSeconds: (i + 0.5) * WORD_SECONDS,
    }));
}

export function textOf(words: readonly { readonly word: string }[]): string {
  return words
    .map(({ word }) => word)
    .join("")
    .trim();
}
