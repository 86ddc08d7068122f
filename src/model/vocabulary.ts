/** The token embedding, at both ends of the decoder: rows of the tokens, and logits by its transpose. */
import type { GraphBuilder, Value } from "./graph-builder.js";
import { integerLinear } from "./layers.js";
import { ELEMENT } from "./onnx-proto.js";
import type { WhisperConfig } from "./whisper-config.js";

export const EMBEDDING = "decoder.embed_tokens";
/**
 * What 8 bits leave of the embedding's frequent tokens, in 8 bits again: [FREQUENT_TOKENS and special tokens, width]. The rounding
 * of the embedding weighs more than that of all layers together, and of its tokens most are rare.
 */
export const EMBEDDING_REST = "decoder.embed_tokens_rest";
/** Tokens are numbered as byte pairs were merged: the most frequent come first. */
export const FREQUENT_TOKENS = 16_384;

/** Embeddings [A, S, width] of tokens [A, S], an input of the graph; of 8 bits they are one themselves (embedding-table.ts). */
export function embedding(g: GraphBuilder, config: WhisperConfig): Value {
  const table = `${EMBEDDING}.weight`;
  if (g.typeOfWeight(table) === "I8") return g.input("embedded", ["A", "S", config.dModel]);
  return g.op("Gather", [g.floatWeight(table), g.input("tokens", ["A", "S"], ELEMENT.int64)]);
}

/** What the next token is chosen by, before any rule. A: audios, N: positions, V: the vocabulary. */
export interface VocabularyLogits {
  /** [A, N, V], of the text tokens; of 8-bit models not more exact than it takes to find those that may come. */
  readonly text: Value;
  /** [A, N, special tokens and timestamps] */
  readonly special: Value;
}

/**
 * Logits by the transposed token embedding, also as outputs `text_logits` and `special_logits`. Where it has 8 bits all of it is multiplied by
 * inputs of 8 bits, once; what makes them exact is added where it matters: here to special tokens, and by `token-choice.ts` to the most likely
 * ones of the text, out of the output `vocabulary_input` [A, N, width].
 */
export function vocabularyLogits(g: GraphBuilder, x: Value, config: WhisperConfig): VocabularyLogits {
  const { endToken, vocabularySize, dModel } = config;
  const specials = vocabularySize - endToken;
  if (g.typeOfWeight(`${EMBEDDING}.weight`) !== "I8") {
    // Of 16 bits the larger logits would be multiples of 1/64, and near ones the same.
    const table = transposed(g, g.wideWeight(`${EMBEDDING}.weight`));
    const text = named(g, g.op("MatMul", [g.toFloat32(x), table]), "text_logits", vocabularySize);
    const special = slice(g, text, endToken, vocabularySize, -1);
    return { text, special: named(g, special, "special_logits", specials) };
  }
  const input = g.rename(x, "vocabulary_input");
  g.output(input, ["A", "N", dModel]);
  const all = (name: string) => ({
    values: transposed(g, g.weight(`${name}.weight`)),
    scale: g.weight(`${name}.scale`),
  });
  const some = (name: string, from: number, to: number) => ({
    values: transposed(g, slice(g, g.weight(`${name}.weight`), from, to, 0)),
    scale: slice(g, g.weight(`${name}.scale`), from, to, 0),
  });
  let special = integerLinear(g, input, some(EMBEDDING, endToken, vocabularySize), { parts: 2 });
  if (g.hasWeight(`${EMBEDDING_REST}.weight`)) {
    const ofRest = some(EMBEDDING_REST, FREQUENT_TOKENS, FREQUENT_TOKENS + specials);
    special = g.op("Add", [special, integerLinear(g, input, ofRest, { parts: 1 })]);
  }
  const text = integerLinear(g, input, all(EMBEDDING), { parts: 1 });
  return {
    text: named(g, text, "text_logits", vocabularySize),
    special: named(g, special, "special_logits", specials),
  };
}

/** An output of the graph as well. */
function named(g: GraphBuilder, logits: Value, name: string, tokens: number): Value {
  g.output(g.rename(logits, name), ["A", "N", tokens]);
  return name;
}

/** Of weights: onnxruntime does it when it makes the session. */
function transposed(g: GraphBuilder, weight: Value): Value {
  return g.op("Transpose", [weight], { perm: [1, 0] });
}

function slice(g: GraphBuilder, value: Value, from: number, to: number, axis: 0 | -1): Value {
  const axes = axis === 0 ? g.ints("first_axis", [0]) : g.ints("last_axis", [-1]);
  return g.op("Slice", [value, g.ints(`from_${from}`, [from]), g.ints(`to_${to}`, [to]), axes]);
}
