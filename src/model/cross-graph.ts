/** The graph between encoder and decoder: what the decoder's cross-attention reads of the audio. */
import { GraphBuilder, type Value } from "./graph-builder.js";
import { linear } from "./layers.js";
import type { Safetensors } from "./safetensors.js";
import type { WhisperConfig } from "./whisper-config.js";

/**
 * hidden [A, F, width], any number of frames of the encoder's output → for each decoder layer `cross_k_i` [A, H, F, headSize] and
 * `cross_v_i` [A, H, headSize, F].
 *
 * Keys and values leave in the layout that lets a decoder step with a few rows stream them once (decoder-graph.ts). A graph of
 * its own, because the binding copies what a run returns: a part of the frames at a time, that is a part of 37 MB (base).
 */
export function crossGraph(
  weights: Safetensors,
  config: WhisperConfig,
  options: { readonly observesLinears?: boolean } = {},
): Uint8Array {
  const g = new GraphBuilder(weights, options);
  const hidden = g.input("hidden", ["A", "F", config.dModel]);
  for (let layer = 0; layer < config.decoderLayers; layer++) crossKeysAndValues(g, hidden, layer, config);
  return g.encode("cross");
}

function crossKeysAndValues(g: GraphBuilder, hidden: Value, layer: number, config: WhisperConfig): void {
  const { decoderHeads: heads, headSize } = config;
  const kv = linear(g, hidden, `decoder.layers.${layer}.encoder_attn.kv`);
  const [k, v] = g.ops("Split", [kv], 2, { axis: -1, num_outputs: 2 }) as [Value, Value];
  const split = g.ints("split_heads", [0, 0, heads, -1]);
  g.named(`cross_k_${layer}`, "Transpose", [g.op("Reshape", [k, split])], { perm: [0, 2, 1, 3] });
  g.named(`cross_v_${layer}`, "Transpose", [g.op("Reshape", [v, split])], { perm: [0, 2, 3, 1] });
  g.output(`cross_k_${layer}`, ["A", heads, "F", headSize]);
  g.output(`cross_v_${layer}`, ["A", heads, headSize, "F"]);
}
