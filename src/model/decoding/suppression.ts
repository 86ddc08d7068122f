/** The mask of tokens that are never chosen. Source: openai/whisper decoding.py:423-438, 615-642. */
import { FORBIDDEN } from "../choice-graph.js";
import type { WhisperTokenizer } from "../tokenizer.js";

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
