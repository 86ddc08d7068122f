/** What a run of the decoder's graph comes to, out of its tensors. */
import type { TokenConstraint } from "./decoding/timestamp-rules.js";
import type { EmbeddingTable } from "./embedding-table.js";
import type { InferenceSession, Tensor } from "./ort.js";
import { chooseTokens, type TokenChoice } from "./token-choice.js";
import type { WhisperConfig } from "./whisper-config.js";

type Result = InferenceSession.ReturnType;

export interface StepOutput {
  /** [rows × logitIndex.length] */
  readonly choices: readonly TokenChoice[];
  /** [rows, logitIndex.length, vocabulary], before any rule; of 8-bit models about right for text (vocabulary.ts). Empty unless asked for. */
  readonly logits: Float32Array;
  /** [audios, alignment heads, rows of the audio × new tokens, frames] before softmax; empty unless asked for. */
  readonly alignment: Float32Array;
}

export interface ChoiceInput {
  /** [choices] */
  readonly constraints: readonly TokenConstraint[];
  /** [choices], text tokens. */
  readonly targets: readonly number[];
  /** How many tokens each choice has. */
  readonly topK: number;
  /** What makes the graph's logits exact, where they are not. */
  readonly embedding: EmbeddingTable | undefined;
}

export function stepOutputOf(result: Result, input: ChoiceInput, config: WhisperConfig): StepOutput {
  return {
    choices: choicesOf(result, input, config),
    logits: logitsOf(result, config),
    alignment: floatsOf(result.alignment),
  };
}

function choicesOf(
  result: Result,
  { constraints, targets, topK, embedding }: ChoiceInput,
  { dModel }: WhisperConfig,
): TokenChoice[] {
  const ids = result.likely_ids!.data as BigInt64Array;
  const logits = result.likely_logits!.data as Float32Array;
  const vocabularyInput = floatsOf(result.vocabulary_input);
  const [idCount, logitCount] = [ids.length / constraints.length, logits.length / constraints.length];
  return constraints.map((constraint, i) => {
    const likely = {
      ids: ids.subarray(i * idCount, (i + 1) * idCount),
      logits: logits.subarray(i * logitCount, (i + 1) * logitCount),
      exactLogit: embedding && ((token: number) => embedding.logit(token, vocabularyInput, i * dModel)),
    };
    return chooseTokens(likely, constraint, topK, targets[i]!);
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
