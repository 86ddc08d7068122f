/**
 * The decoder's layers for accelerators: what decoder-graph.ts and cross-attention.ts have as plain operators, in half as many. To start
 * one takes the host 10 µs, which is what a step costs there. The CPU's kernels for them return all of a cache, and copy it.
 */
import { keysAndValues } from "./cross-keys.js";
import { type GraphBuilder, MICROSOFT, type Value } from "./graph-builder.js";
import { feedForward, layerNorm, linear, splitHeads } from "./layers.js";
import { alignmentHeadsOf, type WhisperConfig } from "./whisper-config.js";

/** What the decoder's layers come to. */
export interface DecoderLayers {
  /** [A, S, width] */
  readonly hidden: Value;
  /** [A, heads, alignment_columns, F], scores of the alignment heads before softmax; undefined where there are none. */
  readonly alignment: Value | undefined;
}

/**
 * From embeddings x [A, S, width]. `bias`: the decoder graph's `self_bias`. Inputs: `past_k_i`, `past_v_i` [A, H, C, headSize], and
 * `hidden` [A, F, width], what the encoder puts out. Outputs: `new_k_i`, `new_v_i` [A, S, width].
 */
export function fusedLayers(g: GraphBuilder, x: Value, bias: Value, config: WhisperConfig): DecoderLayers {
  const { dModel, decoderLayers } = config;
  g.input("hidden", ["A", "F", dModel], g.element);
  const aligned: Value[] = [];
  for (let layer = 0; layer < decoderLayers; layer++) {
    const name = `decoder.layers.${layer}`;
    x = selfAttention(g, x, bias, layer, config);
    const cross = `${name}.encoder_attn`;
    const q = linear(g, layerNorm(g, x, `${cross}_layer_norm`, dModel), `${cross}.q_proj`);
    const [k, v] = keysAndValues(g, "hidden", layer);
    const attended = g.op("MultiHeadAttention", [q, k, v], { num_heads: config.decoderHeads }, MICROSOFT);
    x = g.op("Add", [x, linear(g, attended, `${cross}.out_proj`)]);
    x = feedForward(g, x, name, dModel);
    const heads = alignmentHeadsOf(config, layer);
    if (heads.length > 0) aligned.push(alignmentScores(g, q, k, g.ints(`heads_${layer}`, heads), config));
  }
  return {
    hidden: x,
    alignment: aligned.length === 0 ? undefined : g.op("Concat", aligned, { axis: 1 }),
  };
}

/** x + attention of norm(x) to the pool and the new tokens. */
function selfAttention(
  g: GraphBuilder,
  x: Value,
  bias: Value,
  layer: number,
  { dModel, decoderHeads: heads, headSize }: WhisperConfig,
): Value {
  const name = `decoder.layers.${layer}.self_attn`;
  const past = ["k", "v"].map((part) =>
    g.input(`past_${part}_${layer}`, ["A", heads, "C", headSize], g.element),
  );
  const qkv = linear(g, layerNorm(g, x, `${name}_layer_norm`, dModel), `${name}.qkv`);
  const parts = [`q_${layer}`, `new_k_${layer}`, `new_v_${layer}`];
  g.ops("Split", [qkv], parts, { axis: -1, num_outputs: 3 });
  for (const part of parts.slice(1)) g.output(part, ["A", "S", dModel], g.element);
  // It puts the past and the new ones together as well, which nobody asks for.
  const inputs = [...parts, "", "", bias, ...past];
  const [attended] = g.ops("MultiHeadAttention", inputs, 3, { num_heads: heads }, MICROSOFT) as [Value];
  return g.op("Add", [x, linear(g, attended, `${name}.out_proj`)]);
}

/** Scores of some heads [A, heads, alignment_columns, F], of queries [A, S, width] and keys [A, F, width]. */
function alignmentScores(g: GraphBuilder, q: Value, k: Value, heads: Value, config: WhisperConfig): Value {
  const ofHeads = (x: Value, perm: readonly number[]) => {
    return g.op("Transpose", [g.op("Gather", [splitHeads(g, x, config), heads], { axis: 2 })], { perm });
  };
  const wanted = g.op("Slice", [
    q,
    g.ints("from_first", [0]),
    "alignment_columns",
    g.ints("columns_axis", [1]),
  ]);
  const scaled = g.op("Mul", [wanted, g.factor("query_scale", config.headSize ** -0.5)]);
  return g.op("MatMul", [ofHeads(scaled, [0, 2, 1, 3]), ofHeads(k, [0, 2, 3, 1])]);
}
