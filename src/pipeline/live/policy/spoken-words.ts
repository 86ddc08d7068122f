/** The words of a hypothesis with the signs that stand at them, as the words of finals have them. */
import type { AlignedWord } from "../../../model/timing/aligned-word.js";
import { DEFAULT_PUNCTUATION } from "../../../model/timing/punctuation.js";
import { comparableWord } from "./comparable-word.js";

type Sign = Pick<AlignedWord, "word" | "tokens">;

const NO_SIGN: Sign = { word: "", tokens: [] };

/**
 * Signs are joined to the word before them, opening ones to the word behind: a comma that comes and goes must not look like a
 * change of all the words after it. Times stay those of the word; an opening sign without a word is left out.
 */
export function spokenWords<W extends AlignedWord>(words: readonly W[]): W[] {
  const spoken: W[] = [];
  let opening = NO_SIGN;
  for (const part of words) {
    const before = spoken.at(-1);
    if (comparableWord(part.word) !== "") {
      spoken.push({ ...part, ...joined(opening, part) });
      opening = NO_SIGN;
    } else if (before === undefined || isOpening(part)) opening = joined(opening, part);
    else spoken[spoken.length - 1] = { ...before, ...joined(before, part) };
  }
  return spoken;
}

function isOpening({ word }: Sign): boolean {
  return word.startsWith(" ") && DEFAULT_PUNCTUATION.prependPunctuations.includes(word.trim());
}

function joined(first: Sign, second: Sign): Sign {
  return { word: first.word + second.word, tokens: [...first.tokens, ...second.tokens] };
}
