/** The mask of tokens that are never chosen. Source: openai/whisper decoding.py:423-438, 615-642. */
import { FORBIDDEN } from "../choice-graph.js";
import type { DecodingOptions } from "../decoding-options.js";
import type { WhisperTokenizer } from "../tokenizer.js";

/** [vocabulary], 0 or FORBIDDEN, for the first token of a window and for all later ones. */
interface Masks {
  readonly first: Float32Array;
  readonly later: Float32Array;
}

/** The masks of all options met so far. */
export class TokenMasks {
  readonly #tokenizer: WhisperTokenizer;
  readonly #vocabularySize: number;
  readonly #made = new Map<string, Masks>();

  constructor(tokenizer: WhisperTokenizer, vocabularySize: number) {
    this.#tokenizer = tokenizer;
    this.#vocabularySize = vocabularySize;
  }

  of(options: Pick<DecodingOptions, "suppressTokens">): Masks {
    const key = maskKey(options);
    let masks = this.#made.get(key);
    if (masks === undefined) {
      const later = suppressionMask(this.#tokenizer, this.#vocabularySize, options.suppressTokens);
      masks = { later, first: firstTokenMask(later, this.#tokenizer) };
      this.#made.set(key, masks);
    }
    return masks;
  }
}

/** Equal where the masks are. */
export function maskKey({ suppressTokens }: Pick<DecodingOptions, "suppressTokens">): string {
  return suppressTokens.join();
}

/** [vocabulary], 0 or FORBIDDEN. `suppressTokens` holds ids; -1 stands for the non-speech set. */
export function suppressionMask(
  tokenizer: WhisperTokenizer,
  vocabularySize: number,
  suppressTokens: readonly number[],
): Float32Array {
  const mask = new Float32Array(vocabularySize);
  const suppressed = suppressTokens.filter((token) => token >= 0 && token < vocabularySize);
  if (suppressTokens.includes(-1)) suppressed.push(...tokenizer.nonSpeechTokens);
  suppressed.push(
    tokenizer.transcribeToken,
    tokenizer.translateToken,
    tokenizer.startToken,
    tokenizer.startOfPreviousToken,
    tokenizer.startOfLmToken,
    tokenizer.noSpeechToken,
    tokenizer.noTimestampsToken,
  );
  for (const token of suppressed) mask[token] = FORBIDDEN;
  return mask;
}

/** The same for the first token of a window, which can be neither blank nor the end. */
export function firstTokenMask(mask: Float32Array, tokenizer: WhisperTokenizer): Float32Array {
  const first = Float32Array.from(mask);
  for (const token of [...tokenizer.blankTokens, tokenizer.endToken]) first[token] = FORBIDDEN;
  return first;
}
