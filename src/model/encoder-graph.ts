/** The encoder graph: log-mel to hidden states. */
import { type EncoderRows, inChunks, whole } from "./encoder-rows.js";
import { GraphBuilder, type GraphOptions, MICROSOFT, type Value } from "./graph-builder.js";
import { feedForward, gelu, type InputRounding, layerNorm, linear, rotated } from "./layers.js";
import type { Safetensors } from "./safetensors.js";
import type { WhisperConfig } from "./whisper-config.js";

export interface EncoderOptions extends GraphOptions {
  /** Whether frames go through the linears chunk after chunk (encoder-rows.ts), which takes a window at a time. */
  readonly isChunked?: boolean;
  /**
   * Convolutions as matrix products, for accelerators: CUDA looks for the best kernel of a convolution at each length that it has not seen,
   * which takes ten times as long as the whole run.
   */
  readonly multipliesConvolutions?: boolean;
}

/** In the first third of the layers nothing has grown large yet: two parts gain little there (docs/notes/quantisation.md). */
const SMALL_LAYERS = 1 / 3;
const ONE_PART: InputRounding = { parts: 1 };
/** From this width on layers are so many that looking for buffers takes long (GraphBuilder.sized), and the weights outweigh what is in between. */
const WIDE = 768;
/**
 * Groups of heads that attend one after the other, at most: onnxruntime lays queries, keys and values out again for each. 3 MB of base's; of
 * large-v3-turbo's load groups would be 0.15 s.
 */
const HEAD_GROUPS = 4;

/**
 * mel [A, mels, 2F], positions [F, width], and in chunks what chunkFeeds (chunk-feeds.ts) gives, A = 1 → hidden [A, F, width], F ≤ 1500.
 * Positions are an input, not a constant: of a constant half a dozen copies are made on the way into a session. Source of the layers: openai/whisper model.py:174-206 (AudioEncoder).
 */
export function encoderGraph(
  weights: Safetensors,
  config: WhisperConfig,
  options: EncoderOptions = {},
): Uint8Array {
  const g = new GraphBuilder(weights, options);
  const { x, rows } = encoderLayers(g, config, options);
  const width = config.dModel;
  const [hidden] = rows.each("hidden", [{ value: x, width }], ([part]) => [
    { value: encoderNorm(g, part!, config), width },
  ]);
  g.output(g.rename(rows.end(hidden!), "hidden"), ["A", "F", config.dModel], g.element);
  return g.encode("encoder");
}

/** From the inputs `mel` and `positions` to the last layer's rows [A, R, width], as a part of a graph. */
export function encoderLayers(
  g: GraphBuilder,
  config: WhisperConfig,
  { isChunked = false, multipliesConvolutions = false }: EncoderOptions,
): { x: Value; rows: EncoderRows } {
  const mel = g.floatInput("mel", ["A", config.nMels, "M"]);
  let x = multipliesConvolutions ? multipliedConvolutions(g, mel, config) : convolutions(g, mel);
  x = g.op("Add", [x, g.floatInput("positions", ["F", config.dModel])]);
  x = rotated(g, x);
  const rows = isChunked ? inChunks(g, config.dModel >= WIDE) : whole(g);
  x = rows.begin(x);
  for (let layer = 0; layer < config.encoderLayers; layer++) {
    x = encoderLayer(g, rows, x, layer, config);
  }
  return { x, rows };
}

/** Behind the last layer. */
export function encoderNorm(g: GraphBuilder, x: Value, { dModel }: WhisperConfig): Value {
  return layerNorm(g, x, "encoder.layer_norm", dModel);
}

/** Number and stride; all have three taps and a frame of zeros on either side. */
const CONVOLUTIONS = [
  [1, 1],
  [2, 2],
] as const;
const TAPS = 3;

/** mel [A, mels, 2F] → [A, F, width] */
function convolutions(g: GraphBuilder, mel: Value): Value {
  let x = mel;
  for (const [i, stride] of CONVOLUTIONS) {
    const conv = `encoder.conv${i}`;
    const inputs = [x, g.floatWeight(`${conv}.weight`), g.floatWeight(`${conv}.bias`)];
    x = gelu(g, g.op("Conv", inputs, { kernel_shape: [TAPS], pads: [1, 1], strides: [stride] }));
  }
  return g.op("Transpose", [x], { perm: [0, 2, 1] });
}

/** The same: what the taps see side by side [A, frames, taps × channels], times the weights [taps × channels, width]. */
function multipliedConvolutions(g: GraphBuilder, mel: Value, { dModel, nMels }: WhisperConfig): Value {
  let x = g.op("Transpose", [mel], { perm: [0, 2, 1] });
  for (const [i, stride] of CONVOLUTIONS) {
    const conv = `encoder.conv${i}`;
    const channels = i === 1 ? nMels : dModel;
    const padded = g.op("Pad", [x, g.ints("frame_on_either_side", [0, 1, 0, 0, 1, 0])]);
    const axis = g.ints("frames_axis", [1]);
    const seen = Array.from({ length: TAPS }, (_, tap) => {
      const range = [
        g.ints(`from_${tap}`, [tap]),
        g.ints(`to_${tap}`, [tap - (TAPS - 1) || Number.MAX_SAFE_INTEGER]),
      ];
      return g.op("Slice", [padded, ...range, axis, g.ints(`every_${stride}`, [stride])]);
    });
    const taps = g.op("Transpose", [g.floatWeight(`${conv}.weight`)], { perm: [2, 1, 0] });
    const weights = g.op("Reshape", [taps, g.ints(`taps_${channels}`, [TAPS * channels, dModel])]);
    const product = g.op("MatMul", [g.op("Concat", seen, { axis: -1 }), weights]);
    x = gelu(g, g.op("Add", [product, g.floatWeight(`${conv}.bias`)]));
  }
  return x;
}

function encoderLayer(
  g: GraphBuilder,
  rows: EncoderRows,
  x: Value,
  index: number,
  config: WhisperConfig,
): Value {
  const { encoderHeads, headSize, dModel: width } = config;
  const layer = `encoder.layers.${index}`;
  // Each half of a layer has a size of its own for what lies within.
  const [attending, feeding] = [`F ${layer} 1`, `F ${layer} 2`];
  const groups =
    rows.isChunked && width < WIDE
      ? ([HEAD_GROUPS, 3, 2].find((count) => encoderHeads % count === 0) ?? 1)
      : 1;
  const together = encoderHeads / groups;

  const qkv = rows.each(`${layer} attention`, [{ value: x, width }], ([part]) => {
    const h = rows.sized(layerNorm(g, part!, `${layer}.self_attn_layer_norm`, width), attending, width);
    const made = linear(g, h, `${layer}.self_attn.qkv`);
    const split = g.ops("Split", [made], 3 * groups, { axis: -1, num_outputs: 3 * groups });
    return split.map((value) => ({ value, width: together * headSize }));
  });
  const attended = Array.from({ length: groups }, (_, i) => {
    const [k, v] = [rows.end(qkv[groups + i]!), rows.end(qkv[2 * groups + i]!)];
    return g.op("MultiHeadAttention", [qkv[i]!, k, v], { num_heads: together }, MICROSOFT);
  });
  // Of one group a Concat would be a copy.
  const joined = groups === 1 ? attended[0]! : g.op("Concat", attended, { axis: -1 });
  const inputs = [x, joined].map((value) => ({ value, width }));
  const [next] = rows.each(layer, inputs, ([part, of]) => {
    const y = rows.sized(g.op("Add", [part!, linear(g, of!, `${layer}.self_attn.out_proj`)]), "F", width);
    const behindGelu = index < config.encoderLayers * SMALL_LAYERS ? { behindGelu: ONE_PART } : {};
    const options = { ...behindGelu, rows: rows.isChunked ? undefined : feeding };
    return [{ value: feedForward(g, y, layer, width, options), width }];
  });
  return rows.sized(next!, "F", width);
}

/** Audio positions [1500, width]: from the checkpoint where it keeps them, else the sinusoids they are defined as. */
export function audioPositions(
  weights: Safetensors,
  { dModel, maxAudioPositions }: WhisperConfig,
): Float32Array {
  const stored = "encoder.embed_positions.weight";
  return weights.has(stored) ? weights.readFloats(stored) : sinusoids(maxAudioPositions, dModel);
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
