/** Which language is spoken: from the model's own language tokens, remembered over the windows of a recording. */
import type { WhisperTokenizer } from "../tokenizer.js";

export interface DetectedLanguage {
  readonly language: string;
  readonly probability: number;
}

/** From this probability on the language of a recording is settled. */
const SETTLED_PROBABILITY = 0.5;

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

/**
 * The language of one recording. A window that is sure settles it; until then each window's probabilities are added up, so
 * that one unclear window does not turn the language of the next.
 */
export class LanguageMemory {
  settled: DetectedLanguage | undefined;
  #sum: Float32Array | undefined;
  #windows = 0;

  /** Takes a window's probabilities and returns the language to decode it in. */
  observe(probabilities: Float32Array, languages: readonly string[]): DetectedLanguage {
    const sum = this.#sum ?? new Float32Array(probabilities.length);
    this.#sum = sum.map((value, i) => value + probabilities[i]!);
    this.#windows++;
    const mean = this.#sum.map((value) => value / this.#windows);
    const best = mean.indexOf(Math.max(...mean));
    const detected = { language: languages[best]!, probability: mean[best]! };
    if (detected.probability >= SETTLED_PROBABILITY) this.settled = detected;
    return detected;
  }
}
