/** The encoder graph: log-mel to the decoder's cross-attention keys and values. */
import { GraphBuilder, MICROSOFT, type Value } from "./graph-builder.js";
import { feedForward, gelu, layerNorm, linear } from "./layers.js";
import type { Safetensors } from "./safetensors.js";
import type { WhisperConfig } from "./whisper-config.js";

/**
 * mel [A, mels, 2F] → for each decoder layer `cross_k_i` [A, H, F, headSize] and `cross_v_i` [A, H, headSize, F], F ≤ 1500.
 *
 * Keys and values leave in the layout that lets a decoder step with a few rows stream them once (decoder-graph.ts).
 * Source of the layers: openai/whisper model.py:174-206 (AudioEncoder).
 */
export function encoderGraph(weights: Safetensors, config: WhisperConfig): Uint8Array {
  const g = new GraphBuilder(weights);
  let x = g.input("mel", ["A", config.nMels, "M"]);
  for (const [i, stride] of [
    [1, 1],
    [2, 2],
  ] as const) {
    const conv = `encoder.conv${i}`;
    const inputs = [x, g.floatWeight(`${conv}.weight`), g.floatWeight(`${conv}.bias`)];
    x = gelu(g, g.op("Conv", inputs, { kernel_shape: [3], pads: [1, 1], strides: [stride] }));
  }
  x = g.op("Transpose", [x], { perm: [0, 2, 1] });
  x = g.op("Add", [x, firstRows(g, positions(g, config), x)]);
  for (let layer = 0; layer < config.encoderLayers; layer++)
    x = encoderLayer(g, x, `encoder.layers.${layer}`, config);
  x = layerNorm(g, x, "encoder.layer_norm");
  for (let layer = 0; layer < config.decoderLayers; layer++) crossKeysAndValues(g, x, layer, config);
  return g.encode("encoder");
}

function encoderLayer(g: GraphBuilder, x: Value, layer: string, { encoderHeads }: WhisperConfig): Value {
  const h = layerNorm(g, x, `${layer}.self_attn_layer_norm`);
  const qkv = g.ops("Split", [linear(g, h, `${layer}.self_attn.qkv`)], 3, { axis: -1, num_outputs: 3 });
  const attended = g.op("MultiHeadAttention", qkv, { num_heads: encoderHeads }, MICROSOFT);
  const y = g.op("Add", [x, linear(g, attended, `${layer}.self_attn.out_proj`)]);
  return feedForward(g, y, layer);
}

function crossKeysAndValues(g: GraphBuilder, x: Value, layer: number, config: WhisperConfig): void {
  const { decoderHeads: heads, headSize } = config;
  const kv = linear(g, x, `decoder.layers.${layer}.encoder_attn.kv`);
  const [k, v] = g.ops("Split", [kv], 2, { axis: -1, num_outputs: 2 }) as [Value, Value];
  const split = g.ints("split_heads", [0, 0, heads, -1]);
  g.named(`cross_k_${layer}`, "Transpose", [g.op("Reshape", [k, split])], { perm: [0, 2, 1, 3] });
  g.named(`cross_v_${layer}`, "Transpose", [g.op("Reshape", [v, split])], { perm: [0, 2, 3, 1] });
  g.output(`cross_k_${layer}`, ["A", heads, "F", headSize]);
  g.output(`cross_v_${layer}`, ["A", heads, headSize, "F"]);
}

/** Audio positions: from the checkpoint where it keeps them, else the sinusoids they are defined as. */
function positions(g: GraphBuilder, { dModel, maxAudioPositions }: WhisperConfig): Value {
  const stored = "encoder.embed_positions.weight";
  if (g.hasWeight(stored)) return g.floatWeight(stored);
  return g.floats("positions", sinusoids(maxAudioPositions, dModel), [maxAudioPositions, dModel]);
}

function firstRows(g: GraphBuilder, table: Value, like: Value): Value {
  const zero = g.ints("first", [0]);
  return g.op("Slice", [table, zero, g.op("Shape", [like], { start: 1, end: 2 }), zero]);
}

/** [length, channels]: sines in the first half of the channels, cosines in the second (openai/whisper model.py:62-68). */
export function sinusoids(length: number, channels: number): Float32Array {
  const half = channels / 2;
  const step = Math.log(10_000) / (half - 1);
  const out = new Float32Array(length * channels);
  for (let position = 0; position < length; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * Math.exp(-step * i);
      out[position * channels + i] = Math.sin(angle);
      out[position * channels + half + i] = Math.cos(angle);
    }
  }
  return out;
}
