/** Keys and values of the decoder's cross-attention, of what the encoder puts out. */
import type { GraphBuilder, Value } from "./graph-builder.js";
import { linear, type RoundedRows, roundedLinear } from "./layers.js";

/** Of hidden [A, F, width]: keys and values of a decoder layer, each [A, F, width]. */
export function keysAndValues(g: GraphBuilder, hidden: Value, layer: number): [Value, Value] {
  return halves(g, linear(g, hidden, nameOf(layer)));
}

/** The same of 8-bit rows, for 8-bit weights. */
export function keysAndValuesOfRounded(g: GraphBuilder, rows: RoundedRows, layer: number): [Value, Value] {
  return halves(g, roundedLinear(g, rows, nameOf(layer)));
}

function nameOf(layer: number): string {
  return `decoder.layers.${layer}.encoder_attn.kv`;
}

function halves(g: GraphBuilder, kv: Value): [Value, Value] {
  return g.ops("Split", [kv], 2, { axis: -1, num_outputs: 2 }) as [Value, Value];
}
