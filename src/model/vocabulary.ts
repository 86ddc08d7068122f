/** The token embedding, at both ends of the decoder: rows looked up for the tokens, and logits by its transpose. */
import type { GraphBuilder, Value } from "./graph-builder.js";
import { type IntegerWeight, integerLinear, linear } from "./layers.js";
import { ELEMENT } from "./onnx-proto.js";
import type { WhisperConfig } from "./whisper-config.js";

export const EMBEDDING = "decoder.embed_tokens";
/**
 * What 8 bits leave of the embedding's frequent tokens, in 8 bits again: [width, FREQUENT_TOKENS and special tokens]. The rounding
 * of the embedding weighs more than that of all layers together, and of its tokens most are rare.
 */
export const EMBEDDING_REST = "decoder.embed_tokens_rest";
/** Tokens are numbered as byte pairs were merged: the most frequent come first. */
export const FREQUENT_TOKENS = 16_384;

/** The input of the decoder's graph that has the rows of an 8-bit table (embedding-rows.ts), [tokens, width]. */
export function rowsInput(name: string): string {
  return `${name}.rows`;
}

/** Embeddings [R, T, width] of tokens [R, T]. Those of 8 bits come from the inputs that `rowsInput` names. */
export function embedding(g: GraphBuilder, tokens: Value, config: WhisperConfig): Value {
  const table = `${EMBEDDING}.weight`;
  if (g.typeOfWeight(table) !== "I8") return g.op("Gather", [g.floatWeight(table), tokens]);
  for (const name of [EMBEDDING, EMBEDDING_REST].filter((name) => g.hasWeight(`${name}.weight`))) {
    g.input(rowsInput(name), [...g.shapeOfWeight(`${name}.weight`)].reverse(), ELEMENT.int8);
  }
  const scaled = ({ rows, scales }: QuantisedRows) =>
    g.op("Mul", [rows, g.op("Unsqueeze", [scales, g.ints("last_axis", [-1])])]);
  const rows = scaled(quantisedRows(g, EMBEDDING, tokens));
  if (!g.hasWeight(`${EMBEDDING_REST}.weight`)) return rows;
  const { place, has } = placesInRest(g, tokens, config);
  const rest = scaled(quantisedRows(g, EMBEDDING_REST, place));
  return g.op("Add", [rows, g.op("Mul", [rest, g.op("Unsqueeze", [has, g.ints("last_axis", [-1])])])]);
}

/** Where the rest of each token stands, and 1 or, where it has none, 0. */
function placesInRest(
  g: GraphBuilder,
  tokens: Value,
  { endToken }: WhisperConfig,
): { readonly place: Value; readonly has: Value } {
  const isFrequent = g.op("Less", [tokens, g.ints("frequent_tokens", FREQUENT_TOKENS)]);
  const isSpecial = g.op("GreaterOrEqual", [tokens, g.ints("end_token", endToken)]);
  const special = g.op("Sub", [tokens, g.ints("rare_tokens", endToken - FREQUENT_TOKENS)]);
  const zero = g.ints("no_token", 0);
  return {
    place: g.op("Where", [isFrequent, tokens, g.op("Where", [isSpecial, special, zero])]),
    has: g.op("Cast", [g.op("Or", [isFrequent, isSpecial])], { to: ELEMENT.float }),
  };
}

interface QuantisedRows {
  /** As floats, one more axis than the tokens have. */
  readonly rows: Value;
  /** One for each token. */
  readonly scales: Value;
}

function quantisedRows(g: GraphBuilder, name: string, tokens: Value): QuantisedRows {
  const rows = g.op("Cast", [g.op("Gather", [rowsInput(name), tokens])], { to: ELEMENT.float });
  return { rows, scales: g.op("Gather", [g.weight(`${name}.scale`), tokens]) };
}

/** What the next token is chosen by, before any rule. A: audios, N: positions, V: the vocabulary. */
export interface VocabularyLogits {
  /** [A, N, V], of the text tokens; where `exactOf` is there not more exact than it takes to find those that may come. */
  readonly text: Value;
  /** [A, N, special tokens and timestamps] */
  readonly special: Value;
  /** [A, N, K] of text tokens `ids` [A, N, K]. */
  readonly exactOf?: (ids: Value) => Value;
}

/**
 * Logits by the transposed token embedding, also as outputs `text_logits` and `special_logits`. Where it has 8 bits all of it is multiplied by
 * inputs of 8 bits, once; what makes them exact is added where it matters: to special tokens and to the most likely ones of the text.
 */
export function vocabularyLogits(g: GraphBuilder, x: Value, config: WhisperConfig): VocabularyLogits {
  const { endToken, vocabularySize } = config;
  const specials = vocabularySize - endToken;
  if (g.typeOfWeight(`${EMBEDDING}.weight`) !== "I8") {
    // Of 16 bits the larger logits would be multiples of 1/64, and near ones the same.
    const table = g.op("Transpose", [g.wideWeight(`${EMBEDDING}.weight`)], { perm: [1, 0] });
    const text = named(g, g.op("MatMul", [g.toFloat32(x), table]), "text_logits", vocabularySize);
    return {
      text,
      special: named(g, columnsOf(g, text, endToken, vocabularySize), "special_logits", specials),
    };
  }
  const specialsOf = (name: string, from: number, to: number): IntegerWeight => ({
    values: columnsOf(g, g.weight(`${name}.weight`), from, to),
    scale: columnsOf(g, g.weight(`${name}.scale`), from, to),
  });
  let special = integerLinear(g, x, specialsOf(EMBEDDING, endToken, vocabularySize), { parts: 2 });
  if (g.hasWeight(`${EMBEDDING_REST}.weight`)) {
    const ofRest = specialsOf(EMBEDDING_REST, FREQUENT_TOKENS, FREQUENT_TOKENS + specials);
    special = g.op("Add", [special, integerLinear(g, x, ofRest, { parts: 1 })]);
  }
  return {
    text: named(g, linear(g, x, EMBEDDING), "text_logits", vocabularySize),
    special: named(g, special, "special_logits", specials),
    exactOf: (ids) => exactLogits(g, x, ids, config),
  };
}

/** An output of the graph as well. */
function named(g: GraphBuilder, logits: Value, name: string, tokens: number): Value {
  g.output(g.rename(logits, name), ["A", "N", tokens]);
  return name;
}

function columnsOf(g: GraphBuilder, value: Value, from: number, to: number): Value {
  return g.op("Slice", [
    value,
    g.ints(`from_${from}`, [from]),
    g.ints(`to_${to}`, [to]),
    g.ints("last_axis", [-1]),
  ]);
}

/** Products of x [A, N, width] with the embeddings of text tokens `ids` [A, N, K], as floats. */
function exactLogits(g: GraphBuilder, x: Value, ids: Value, config: WhisperConfig): Value {
  const last = g.ints("last_axis", [-1]);
  const column = g.op("Unsqueeze", [x, last]);
  const products = (name: string, tokens: Value) => {
    const { rows, scales } = quantisedRows(g, name, tokens);
    return g.op("Mul", [g.op("Squeeze", [g.op("MatMul", [rows, column]), last]), scales]);
  };
  const logits = products(EMBEDDING, ids);
  if (!g.hasWeight(`${EMBEDDING_REST}.weight`)) return logits;
  const { place, has } = placesInRest(g, ids, config);
  return g.op("Add", [logits, g.op("Mul", [products(EMBEDDING_REST, place), has])]);
}
