/** Which language is spoken: from the model's own language tokens, remembered over the windows of a recording. */
import type { WhisperTokenizer } from "../tokenizer.js";

export interface DetectedLanguage {
  readonly language: string;
  readonly probability: number;
}

/** Probability of each language, in token order: softmax over the language tokens alone, from the logits after `<|startoftranscript|>`
 * (openai/whisper decoding.py:19-77). */
export function languageProbabilities(logits: Float32Array, tokenizer: WhisperTokenizer): Float32Array {
  const first = tokenizer.startToken + 1;
  const own = logits.subarray(first, first + tokenizer.languages.length);
  const top = Math.max(...own);
  const weights = Float32Array.from(own, (logit) => Math.exp(logit - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** From this probability on the language of a recording is settled. */
const SETTLED_PROBABILITY = 0.5;
/** A window as sure as this of another language speaks against the settled one; the next one has to agree. */
const OTHER_PROBABILITY = 0.8;
const OTHER_WINDOWS = 2;
/** With less of a voice than this a window has no say about a language that is settled. */
const HEARD_WEIGHT = 0.5;

/**
 * The language of one recording. A window that is sure settles it; until then each window's probabilities are added up, by how
 * much of a voice is in it, so that one unclear window does not turn the language of the next. Settled, it changes only when
 * two windows in a row are sure of the same other one: an interview may change its language, a mumbled sentence does not.
 */
export class LanguageMemory {
  settled: DetectedLanguage | undefined;
  #sum: Float32Array | undefined;
  #weight = 0;
  #other: string | undefined;
  #otherWindows = 0;

  /** Takes a window's probabilities and returns the language to decode it in. `weight`: probability that somebody speaks. */
  observe(probabilities: Float32Array, languages: readonly string[], weight: number): DetectedLanguage {
    const own = mostProbable(probabilities, languages);
    if (this.settled !== undefined) return this.#reconsider(own, this.settled, weight);
    const sum = this.#sum ?? new Float32Array(probabilities.length);
    this.#sum = sum.map((value, i) => value + weight * probabilities[i]!);
    this.#weight += weight;
    // Nobody spoke yet at all: the window alone counts.
    const total = this.#weight;
    const mean = total > 0 ? this.#sum.map((value) => value / total) : probabilities;
    const detected = mostProbable(mean, languages);
    if (detected.probability >= SETTLED_PROBABILITY) this.settled = detected;
    return detected;
  }

  #reconsider(own: DetectedLanguage, settled: DetectedLanguage, weight: number): DetectedLanguage {
    if (weight < HEARD_WEIGHT) return settled;
    const speaksAgainst = own.language !== settled.language && own.probability >= OTHER_PROBABILITY;
    const agrees = speaksAgainst && own.language === this.#other;
    this.#otherWindows = agrees ? this.#otherWindows + 1 : speaksAgainst ? 1 : 0;
    this.#other = speaksAgainst ? own.language : undefined;
    if (this.#otherWindows < OTHER_WINDOWS) return settled;
    this.settled = own;
    this.#otherWindows = 0;
    this.#other = undefined;
    return own;
  }
}

function mostProbable(probabilities: Float32Array, languages: readonly string[]): DetectedLanguage {
  const best = probabilities.indexOf(Math.max(...probabilities));
  return { language: languages[best]!, probability: probabilities[best]! };
}
