/** The token embedding, at both ends of the decoder: rows looked up for the tokens, and logits by its transpose. */
import type { GraphBuilder, Value } from "./graph-builder.js";
import { linear } from "./layers.js";
import { ELEMENT } from "./onnx-proto.js";
import type { WhisperConfig } from "./whisper-config.js";

const EMBEDDING = "decoder.embed_tokens";
/**
 * What 8 bits leave of the embedding's frequent tokens, in 8 bits again: [width, FREQUENT_TOKENS and special tokens]. The rounding
 * of the embedding weighs more than that of all layers together, and of its tokens most are rare.
 */
export const EMBEDDING_REST = "decoder.embed_tokens_rest";
/** Tokens are numbered as byte pairs were merged: the most frequent come first. */
export const FREQUENT_TOKENS = 16_384;

/** Rows of the token embedding [R, T, width]; the quantised table is the output projection's [width, vocabulary], shared. */
export function embedding(g: GraphBuilder, tokens: Value, config: WhisperConfig): Value {
  const table = `${EMBEDDING}.weight`;
  if (g.typeOfWeight(table) !== "I8") return g.op("Gather", [g.floatWeight(table), tokens]);
  const rows = quantisedRows(g, EMBEDDING, tokens);
  if (!g.hasWeight(`${EMBEDDING_REST}.weight`)) return rows;
  const isFrequent = g.op("Less", [tokens, g.ints("frequent_tokens", FREQUENT_TOKENS)]);
  const isSpecial = g.op("GreaterOrEqual", [tokens, g.ints("end_token", config.endToken)]);
  const special = g.op("Sub", [tokens, g.ints("rare_tokens", config.endToken - FREQUENT_TOKENS)]);
  const zero = g.ints("no_token", 0);
  const place = g.op("Where", [isFrequent, tokens, g.op("Where", [isSpecial, special, zero])]);
  const has = g.op("Cast", [g.op("Or", [isFrequent, isSpecial])], { to: ELEMENT.float });
  const rest = quantisedRows(g, EMBEDDING_REST, place);
  return g.op("Add", [rows, g.op("Mul", [rest, g.op("Unsqueeze", [has, g.ints("last_axis", [-1])])])]);
}

function quantisedRows(g: GraphBuilder, name: string, columns: Value): Value {
  const values = g.op("Gather", [g.weight(`${name}.weight`), columns], { axis: 1 }); // [width, R, T]
  const rows = g.op("Cast", [g.op("Transpose", [values], { perm: [1, 2, 0] })], { to: ELEMENT.float });
  const scales = g.op("Gather", [g.weight(`${name}.scale`), columns]);
  return g.op("Mul", [rows, g.op("Unsqueeze", [scales, g.ints("last_axis", [-1])])]);
}

/** Logits by the transposed token embedding. */
export function vocabularyProjection(g: GraphBuilder, x: Value, config: WhisperConfig): Value {
  if (g.typeOfWeight(`${EMBEDDING}.weight`) !== "I8") {
    const table = g.op("Transpose", [g.floatWeight(`${EMBEDDING}.weight`)], { perm: [1, 0] });
    return g.op("MatMul", [x, table]);
  }
  const logits = linear(g, x, EMBEDDING, { parts: 2 });
  if (!g.hasWeight(`${EMBEDDING_REST}.weight`)) return logits;
  const { endToken, vocabularySize } = config;
  const specials = vocabularySize - endToken;
  const rest = linear(g, x, EMBEDDING_REST);
  const split = (value: Value, name: string, sizes: readonly number[]) =>
    g.ops("Split", [value, g.ints(name, sizes)], sizes.length, { axis: -1 });
  const [frequentRest, specialRest] = split(rest, "rest_parts", [FREQUENT_TOKENS, specials]) as [
    Value,
    Value,
  ];
  const sizes = [FREQUENT_TOKENS, endToken - FREQUENT_TOKENS, specials];
  const [frequent, rare, special] = split(logits, "embedding_parts", sizes) as [Value, Value, Value];
  const exact = [g.op("Add", [frequent, frequentRest]), rare, g.op("Add", [special, specialRest])];
  return g.op("Concat", exact, { axis: -1 });
}
