/** Keys and values of the decoder's cross-attention, of what the encoder puts out. */
import type { GraphBuilder, Value } from "./graph-builder.js";
import { linear } from "./layers.js";

/** Of hidden [A, F, width]: keys and values of a decoder layer, each [A, F, width]. */
export function keysAndValues(g: GraphBuilder, hidden: Value, layer: number): [Value, Value] {
  const kv = linear(g, hidden, `decoder.layers.${layer}.encoder_attn.kv`);
  return g.ops("Split", [kv], 2, { axis: -1, num_outputs: 2 }) as [Value, Value];
}
