/** The decoder graph: one step for several audios with several hypotheses each, choice of the next tokens included. */

import { choiceOfTokens } from "./choice-graph.js";
import { GraphBuilder, type Value } from "./graph-builder.js";
import { feedForward, layerNorm, linear } from "./layers.js";
import { ELEMENT } from "./onnx-proto.js";
import type { Safetensors } from "./safetensors.js";
import type { WhisperConfig } from "./whisper-config.js";

/**
 * R = A × B rows: A audios with B hypotheses each, folded into the query axis of cross-attention, so that an audio's keys
 * and values are read once a step. C is the capacity of the self-attention caches, T the new tokens of each row.
 *
 * Inputs: `tokens` [R, T], `positions` [R, T]; `past_k_i`, `past_v_i` [R, H, C, headSize] with `past_bias` [R, 1, 1, C], 0 where a
 * row's cache is filled and FORBIDDEN behind; `new_bias` [T, T], the causal mask among the new tokens; `cross_k_i`
 * [A, H, F, headSize], `cross_v_i` [A, H, headSize, F]; `logit_index` [N]: the positions along T that logits are wanted of; then
 * those of choice-graph.ts.
 * Outputs: `logits` [R, N, V] before any rule, the choice, `new_k_i`, `new_v_i` [R, H, T, headSize] to be put into the caches, and
 * `alignment` [A, heads, B·T, F]: scores of the alignment heads before softmax, for word times.
 *
 * Cross-attention keys stay `[F, headSize]` and values `[headSize, F]` as left operands: the matrix product streams the large
 * one. The other way round it re-packs them at every step, twice as slow at 5 beams.
 */
export function decoderGraph(weights: Safetensors, config: WhisperConfig): Uint8Array {
  const g = new GraphBuilder(weights);
  const { decoderHeads: heads, headSize } = config;
  const tokens = g.input("tokens", ["R", "T"], ELEMENT.int64);
  const positions = g.input("positions", ["R", "T"], ELEMENT.int64);
  g.input("past_bias", ["R", 1, 1, "C"]);
  g.input("new_bias", ["T", "T"]);
  g.input("logit_index", ["N"], ELEMENT.int64);

  let x = embedding(g, tokens);
  x = g.op("Add", [x, g.op("Gather", [g.floatWeight("decoder.embed_positions.weight"), positions])]);
  const aligned: Value[] = [];
  for (let layer = 0; layer < config.decoderLayers; layer++) {
    const name = `decoder.layers.${layer}`;
    x = selfAttention(g, x, name, layer, config);
    x = crossAttention(g, x, name, layer, config, aligned);
    x = feedForward(g, x, name);
  }
  x = layerNorm(g, g.op("Gather", [x, "logit_index"], { axis: 1 }), "decoder.layer_norm");
  const logits = vocabularyProjection(g, x);
  g.output("logits", ["R", "N", config.vocabularySize]);
  choiceOfTokens(g, logits, config);
  if (aligned.length > 0) {
    g.named("alignment", "Concat", aligned, { axis: 1 });
    g.output("alignment", ["A", config.alignmentHeads.length, "BT", "F"]);
  }
  for (let layer = 0; layer < config.decoderLayers; layer++) {
    for (const name of ["new_k", "new_v"]) g.output(`${name}_${layer}`, ["R", heads, "T", headSize]);
  }
  return g.encode("decoder");
}

const EMBEDDING = "decoder.embed_tokens";

/** Rows of the token embedding [R, T, width]; the quantised table is the output projection's [width, vocabulary], shared. */
function embedding(g: GraphBuilder, tokens: Value): Value {
  const table = `${EMBEDDING}.weight`;
  if (g.typeOfWeight(table) !== "I8") return g.op("Gather", [g.floatWeight(table), tokens]);
  const columns = g.op("Gather", [g.weight(table), tokens], { axis: 1 }); // [width, R, T]
  const rows = g.op("Cast", [g.op("Transpose", [columns], { perm: [1, 2, 0] })], { to: ELEMENT.float });
  const scales = g.op("Unsqueeze", [
    g.op("Gather", [g.weight(`${EMBEDDING}.scale`), tokens]),
    g.ints("last_axis", [-1]),
  ]);
  return g.op("Mul", [rows, scales]);
}

/** Logits by the transposed token embedding. */
function vocabularyProjection(g: GraphBuilder, x: Value): Value {
  if (g.typeOfWeight(`${EMBEDDING}.weight`) === "I8") {
    return g.named("logits", "Identity", [linear(g, x, EMBEDDING)]);
  }
  const table = g.op("Transpose", [g.floatWeight(`${EMBEDDING}.weight`)], { perm: [1, 0] });
  return g.named("logits", "MatMul", [x, table]);
}

/**
 * Causal self-attention over the cache and the new tokens, from plain operators. Those with a cache of their own
 * (MultiHeadAttention, GroupQueryAttention) return all of it, and the binding copies whatever a run returns, in-place or
 * not: 30 ms a step with 20 rows. Here only the new keys and values come back, and each row has its own length.
 */
function selfAttention(g: GraphBuilder, x: Value, name: string, layer: number, config: WhisperConfig): Value {
  const { decoderHeads: heads, headSize } = config;
  const pastK = g.input(`past_k_${layer}`, ["R", heads, "C", headSize]);
  const pastV = g.input(`past_v_${layer}`, ["R", heads, "C", headSize]);
  const h = layerNorm(g, x, `${name}.self_attn_layer_norm`);
  const qkv = g.ops("Split", [linear(g, h, `${name}.self_attn.qkv`)], 3, { axis: -1, num_outputs: 3 });
  const split = g.ints("split_heads", [0, 0, heads, headSize]);
  const [q, k, v] = qkv.map((part) => g.op("Reshape", [part, split])) as [Value, Value, Value]; // [R, T, H, headSize]
  const scaled = g.op("Mul", [q, g.floats("query_scale", headSize ** -0.5)]);
  const columns = g.op("Transpose", [scaled], { perm: [0, 2, 3, 1] }); // [R, H, headSize, T]
  const newK = g.named(`new_k_${layer}`, "Transpose", [k], { perm: [0, 2, 1, 3] });
  const newV = g.named(`new_v_${layer}`, "Transpose", [v], { perm: [0, 2, 1, 3] });
  const scoresOf = (keys: Value, bias: Value) =>
    g.op("Add", [g.op("Transpose", [g.op("MatMul", [keys, columns])], { perm: [0, 1, 3, 2] }), bias]);
  const scores = g.op("Concat", [scoresOf(pastK, "past_bias"), scoresOf(newK, "new_bias")], { axis: -1 });
  const capacity = g.op("Shape", [pastK], { start: 2, end: 3 });
  const sizes = g.op("Concat", [capacity, g.op("Shape", ["tokens"], { start: 1, end: 2 })], { axis: 0 });
  const weights = g.ops("Split", [g.op("Softmax", [scores], { axis: -1 }), sizes], 2, { axis: -1 });
  const attended = g.op("Add", [g.op("MatMul", [weights[0]!, pastV]), g.op("MatMul", [weights[1]!, newV])]);
  const rows = g.op("Transpose", [attended], { perm: [0, 2, 1, 3] });
  const joined = g.op("Reshape", [rows, g.op("Shape", [h])]);
  return g.op("Add", [x, linear(g, joined, `${name}.self_attn.out_proj`)]);
}

function crossAttention(
  g: GraphBuilder,
  x: Value,
  name: string,
  layer: number,
  config: WhisperConfig,
  aligned: Value[],
): Value {
  const { decoderHeads: heads, headSize } = config;
  const crossK = g.input(`cross_k_${layer}`, ["A", heads, "F", headSize]);
  const crossV = g.input(`cross_v_${layer}`, ["A", heads, headSize, "F"]);
  const h = layerNorm(g, x, `${name}.encoder_attn_layer_norm`);
  const scaled = g.op("Mul", [
    linear(g, h, `${name}.encoder_attn.q_proj`),
    g.floats("query_scale", headSize ** -0.5),
  ]);
  const audios = g.op("Shape", [crossK], { start: 0, end: 1 });
  const folded = g.op("Concat", [audios, g.ints("fold", [-1, heads, headSize])], { axis: 0 });
  const q = g.op("Transpose", [g.op("Reshape", [scaled, folded])], { perm: [0, 2, 3, 1] }); // [A, H, headSize, BT]
  const scores = g.op("Transpose", [g.op("MatMul", [crossK, q])], { perm: [0, 1, 3, 2] }); // [A, H, BT, F]
  const mine = config.alignmentHeads.filter(([l]) => l === layer).map(([, head]) => head);
  if (mine.length > 0)
    aligned.push(g.op("Gather", [scores, g.ints(`alignment_heads_${layer}`, mine)], { axis: 1 }));
  const weights = g.op("Transpose", [g.op("Softmax", [scores], { axis: -1 })], { perm: [0, 1, 3, 2] }); // [A, H, F, BT]
  const attended = g.op("Transpose", [g.op("MatMul", [crossV, weights])], { perm: [0, 3, 1, 2] }); // [A, BT, H, headSize]
  const unfolded = g.op("Reshape", [attended, g.op("Shape", [h])]);
  return g.op("Add", [x, linear(g, unfolded, `${name}.encoder_attn.out_proj`)]);
}
