/** The decoder graph: one step for several audios with several hypotheses each, up to the tokens that are likely to come next. */

import { likelyTokens } from "./choice-graph.js";
import { CrossAttention } from "./cross-attention.js";
import { type CrossStorage, isHidden, type PlainStorage } from "./cross-storage.js";
import { type DecoderLayers, fusedLayers } from "./fused-layers.js";
import { GraphBuilder, type Value } from "./graph-builder.js";
import {
  feedForward,
  layerNorm,
  linear,
  ROTATION_BACK,
  rotated,
  roundingOfNormed,
  splitHeads,
} from "./layers.js";
import { ELEMENT } from "./onnx-proto.js";
import type { Safetensors } from "./safetensors.js";
import { embedding, vocabularyLogits } from "./vocabulary.js";
import type { WhisperConfig } from "./whisper-config.js";

interface DecoderGraphOptions {
  readonly storage: CrossStorage;
  readonly observesLinears?: boolean;
}

/**
 * A audios with equally many columns S each: B hypotheses of T new tokens, column b × T + t. Everything of an audio is folded into
 * its columns, so that its cross-attention keys and values, and the pool of its hypotheses' own, are read once a step.
 *
 * Inputs: `tokens` [A, S] or their embeddings (vocabulary.ts); `positions` [A, S]; `past_k_i`, `past_v_i` [A, H, C, headSize], the pool (self-cache.ts); `self_bias`
 * [A, 1, S, C + S], 0 where a column looks at an entry of the pool or at another column, FORBIDDEN elsewhere; `cross_k_i`,
 * `cross_v_i` and `cross_ranges` of the cross graph (cross-graph.ts), or the encoder's `hidden` [A, F, width], as `storage` has it;
 * `logit_index` [N]: the columns that logits are wanted of; `alignment_columns` [1]: how many columns `alignment` is wanted of; then
 * those of choice-graph.ts, R being A.
 * Outputs: those of choice-graph.ts and vocabulary.ts, `new_k_i`, `new_v_i` [A, H, S, headSize], or [A, S, width] beside `hidden`, to be
 * put into the pool, and `alignment` [A, heads, alignment_columns, F]: scores of the alignment heads before softmax, for word times.
 */
export function decoderGraph(
  weights: Safetensors,
  config: WhisperConfig,
  { storage, observesLinears = false }: DecoderGraphOptions,
): Uint8Array {
  const g = new GraphBuilder(weights, { observesLinears, isHalf: storage === "hidden16" });
  const positions = g.input("positions", ["A", "S"], ELEMENT.int64);
  // As 16-bit floats what is forbidden becomes -∞; each column may at least look at itself.
  const bias = g.floatInput("self_bias", ["A", 1, "S", "C_S"]);
  g.input("logit_index", ["N"], ELEMENT.int64);
  g.input("alignment_columns", [1], ELEMENT.int64);

  let x = embedding(g, config);
  x = g.op("Add", [x, g.op("Gather", [g.floatWeight("decoder.embed_positions.weight"), positions])]);
  x = rotated(g, x);
  const { hidden, alignment } = isHidden(storage)
    ? fusedLayers(g, x, bias, config)
    : layers(g, x, bias, config, storage);
  x = layerNorm(g, g.op("Gather", [hidden, "logit_index"], { axis: 1 }), "decoder.layer_norm", config.dModel);
  if (g.hasWeight(`${ROTATION_BACK}.weight`)) x = linear(g, x, ROTATION_BACK);
  likelyTokens(g, vocabularyLogits(g, x, config), config);
  if (alignment !== undefined) {
    g.rename(g.toFloat32(alignment), "alignment");
    g.output("alignment", ["A", config.alignmentHeads.length, "alignment_columns", "F"]);
  }
  return g.encode("decoder");
}

/** From embeddings x [A, S, width]. `bias`: `self_bias`. */
function layers(
  g: GraphBuilder,
  x: Value,
  bias: Value,
  config: WhisperConfig,
  storage: PlainStorage,
): DecoderLayers {
  const cross = new CrossAttention(g, config, storage);
  const sizes = g.op(
    "Concat",
    [g.op("Shape", ["past_k_0"], { start: 2, end: 3 }), g.op("Shape", ["positions"], { start: 1, end: 2 })],
    { axis: 0 },
  );
  for (let layer = 0; layer < config.decoderLayers; layer++) {
    const name = `decoder.layers.${layer}`;
    x = selfAttention(g, x, name, layer, config, { bias, sizes });
    x = cross.layer(x, layer);
    x = feedForward(g, x, name, config.dModel, { rounding: roundingOfNormed(g, config.dModel) });
  }
  const scores = cross.alignmentScores();
  return {
    hidden: x,
    alignment: scores && g.op("Transpose", [scores], { perm: [0, 1, 3, 2] }),
  };
}

/**
 * Self-attention over the pool and the new tokens, from plain operators. Those with a cache of their own (MultiHeadAttention,
 * GroupQueryAttention) want one for each hypothesis and return all of it, and the binding copies whatever a run returns. Here
 * only the new keys and values come back. `bias`: `self_bias`; `sizes` [2]: C and S.
 */
function selfAttention(
  g: GraphBuilder,
  x: Value,
  name: string,
  layer: number,
  config: WhisperConfig,
  { bias, sizes }: { readonly bias: Value; readonly sizes: Value },
): Value {
  const { decoderHeads: heads, headSize } = config;
  const pastK = g.input(`past_k_${layer}`, ["A", heads, "C", headSize]);
  const pastV = g.input(`past_v_${layer}`, ["A", heads, "C", headSize]);
  const h = layerNorm(g, x, `${name}.self_attn_layer_norm`, config.dModel);
  const qkv = g.ops("Split", [linear(g, h, `${name}.self_attn.qkv`, roundingOfNormed(g, config.dModel))], 3, {
    axis: -1,
    num_outputs: 3,
  });
  const [q, k, v] = qkv.map((part) => splitHeads(g, part, config)) as [Value, Value, Value];
  const scaled = g.op("Mul", [q, g.floats("query_scale", headSize ** -0.5)]);
  const columns = g.op("Transpose", [scaled], { perm: [0, 2, 3, 1] }); // [A, H, headSize, S]
  const newK = g.named(`new_k_${layer}`, "Transpose", [k], { perm: [0, 2, 1, 3] });
  const newV = g.named(`new_v_${layer}`, "Transpose", [v], { perm: [0, 2, 1, 3] });
  for (const added of [newK, newV]) g.output(added, ["A", heads, "S", headSize]);
  const products = [g.op("MatMul", [pastK, columns]), g.op("MatMul", [newK, columns])];
  const joined = g.sized(g.op("Concat", products, { axis: 2 }), ["A", heads, "C_S", "S"]);
  const scores = g.op("Transpose", [joined], { perm: [0, 1, 3, 2] });
  const weights = g.op("Softmax", [g.op("Add", [scores, bias])], { axis: -1 });
  const parts = g.ops("Split", [weights, sizes], 2, { axis: -1 });
  for (const [i, columns] of ["C", "S"].entries()) g.sized(parts[i]!, ["A", heads, "S", columns]);
  const attended = g.op("Add", [g.op("MatMul", [parts[0]!, pastV]), g.op("MatMul", [parts[1]!, newV])]);
  const merged = joinHeads(g, g.op("Transpose", [attended], { perm: [0, 2, 1, 3] }), config);
  return g.op("Add", [x, linear(g, merged, `${name}.self_attn.out_proj`, { parts: 2 })]);
}

/** [A, S, H, headSize] → [A, S, width] */
function joinHeads(g: GraphBuilder, x: Value, { dModel }: WhisperConfig): Value {
  return g.op("Reshape", [x, g.ints("join_heads", [0, 0, dModel])]);
}
