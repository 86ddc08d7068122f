/** Keys and values of the decoder's cross-attention, of what the encoder puts out. */
import type { GraphBuilder, Value } from "./graph-builder.js";
import { linear } from "./layers.js";
import type { WhisperConfig } from "./whisper-config.js";

/** Of hidden [A, F, width]: keys and values of a decoder layer, each [A, F, width]. */
export function keysAndValues(g: GraphBuilder, hidden: Value, layer: number): [Value, Value] {
  const kv = linear(g, hidden, `decoder.layers.${layer}.encoder_attn.kv`);
  return g.ops("Split", [kv], 2, { axis: -1, num_outputs: 2 }) as [Value, Value];
}

/**
 * Named `cross_k_i` [A, H, F, headSize] and `cross_v_i` [A, H, headSize, F]: the layout that lets a decoder step with a few rows stream
 * them once (cross-attention.ts).
 */
export function keysAndValuesByHeads(
  g: GraphBuilder,
  hidden: Value,
  layer: number,
  { decoderHeads: heads, headSize }: WhisperConfig,
): { readonly keys: Value; readonly values: Value } {
  const split = g.ints("split_heads", [0, 0, heads, headSize]);
  const [k, v] = keysAndValues(g, hidden, layer).map((each) => g.op("Reshape", [each, split])) as [
    Value,
    Value,
  ];
  return {
    keys: g.named(`cross_k_${layer}`, "Transpose", [k], { perm: [0, 2, 1, 3] }),
    values: g.named(`cross_v_${layer}`, "Transpose", [v], { perm: [0, 2, 3, 1] }),
  };
}
