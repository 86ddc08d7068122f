/** What a run of the decoder's graph comes to, out of its tensors. */
import { FORBIDDEN } from "./choice-graph.js";
import type { RowChoice } from "./decoding/token-decoder.js";
import type { InferenceSession, Tensor } from "./ort.js";
import type { WhisperConfig } from "./whisper-config.js";

type Result = InferenceSession.ReturnType;

export interface StepOutput {
  /** [rows × logitIndex.length] */
  readonly choices: readonly RowChoice[];
  /** [rows, logitIndex.length, vocabulary], before any rule; of 8-bit models about right for text (vocabulary.ts). Empty unless asked for. */
  readonly logits: Float32Array;
  /** [rows × logitIndex.length], among the text tokens; empty without targets. */
  readonly targetLogprobs: Float32Array;
  /** [audios, alignment heads, rows of the audio × new tokens, frames] before softmax; empty unless asked for. */
  readonly alignment: Float32Array;
}

/** `choices`: how many there are, of `topK` tokens each. */
export function stepOutputOf(
  result: Result,
  choices: number,
  topK: number,
  config: WhisperConfig,
): StepOutput {
  return {
    choices: choicesOf(result, choices, topK),
    logits: logitsOf(result, config),
    targetLogprobs: floatsOf(result.target_logprobs),
    alignment: floatsOf(result.alignment),
  };
}

function choicesOf(result: Result, count: number, topK: number): RowChoice[] {
  const ids = result.top_ids!.data as BigInt64Array;
  const logprobs = result.top_logprobs!.data as Float32Array;
  return Array.from({ length: count }, (_, choice) => {
    const start = choice * topK;
    return {
      tokens: Array.from(ids.subarray(start, start + topK), Number),
      logprobs: Array.from(logprobs.subarray(start, start + topK), (value) =>
        value < FORBIDDEN / 2 ? Number.NEGATIVE_INFINITY : value,
      ),
    };
  });
}

/** Of the text as the graph has it, those of the special tokens put in their place. */
function logitsOf(result: Result, { vocabularySize, endToken }: WhisperConfig): Float32Array {
  const logits = floatsOf(result.text_logits);
  const special = floatsOf(result.special_logits);
  const specials = vocabularySize - endToken;
  for (let row = 0; row * vocabularySize < logits.length; row++) {
    logits.set(special.subarray(row * specials, (row + 1) * specials), row * vocabularySize + endToken);
  }
  return logits;
}

function floatsOf(tensor: Tensor | undefined): Float32Array {
  return (tensor?.data as Float32Array | undefined) ?? new Float32Array(0);
}
