/** The encoder graph: log-mel to hidden states. */
import { GraphBuilder, type GraphOptions, MICROSOFT, type Value } from "./graph-builder.js";
import { feedForward, gelu, type InputRounding, layerNorm, linear, rotated } from "./layers.js";
import type { Safetensors } from "./safetensors.js";
import type { WhisperConfig } from "./whisper-config.js";

export interface EncoderOptions extends GraphOptions {
  /**
   * How many parts of the frames go through the linears one after the other: the result is the same, and takes 20 MB less with two
   * (base). Each part is a use of the weights, and onnxruntime packs them for each, to keep one: 5 s instead of 1.5 of the load of
   * large-v3-turbo, so that wide models have one. Where it widens them (see ort.ts) it allows but one: 1 there.
   */
  readonly parts?: number;
  /**
   * Convolutions as matrix products, for accelerators: CUDA looks for the best kernel of a convolution at each length that it has not seen,
   * which takes ten times as long as the whole run.
   */
  readonly multipliesConvolutions?: boolean;
}

const PARTS = 2;
/** From this width on the weights weigh more than what flows between them. */
const WIDE = 768;
/** In the first third of the layers nothing has grown large yet: two parts gain little there (docs/notes/quantisation.md). */
const SMALL_LAYERS = 1 / 3;
const ONE_PART: InputRounding = { parts: 1 };

/**
 * mel [A, mels, 2F], positions [F, width] → hidden [A, F, width], F ≤ 1500. Positions are an input, not a constant: of a constant
 * half a dozen copies are made on the way into a session. Source of the layers: openai/whisper model.py:174-206 (AudioEncoder).
 */
export function encoderGraph(
  weights: Safetensors,
  config: WhisperConfig,
  options: EncoderOptions = {},
): Uint8Array {
  const g = new GraphBuilder(weights, options);
  const hidden = encoderLayers(g, config, options);
  g.output(g.rename(hidden, "hidden"), ["A", "F", config.dModel], g.element);
  return g.encode("encoder");
}

/** From the inputs `mel` and `positions` to the hidden states, as a part of a graph. */
export function encoderLayers(
  g: GraphBuilder,
  config: WhisperConfig,
  { parts = config.dModel < WIDE ? PARTS : 1, multipliesConvolutions = false }: EncoderOptions,
): Value {
  const mel = g.floatInput("mel", ["A", config.nMels, "M"]);
  let x = multipliesConvolutions ? multipliedConvolutions(g, mel, config) : convolutions(g, mel);
  x = g.op("Add", [x, g.floatInput("positions", ["F", config.dModel])]);
  x = rotated(g, x);
  for (let layer = 0; layer < config.encoderLayers; layer++) x = encoderLayer(g, x, layer, config, parts);
  return layerNorm(g, x, "encoder.layer_norm", config.dModel);
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
  x: Value,
  index: number,
  { encoderHeads, encoderLayers: layers, dModel }: WhisperConfig,
  parts: number,
): Value {
  const layer = `encoder.layers.${index}`;
  const behindGelu = index < layers * SMALL_LAYERS ? { behindGelu: ONE_PART } : {};
  // onnxruntime looks for buffers to use again among those of the same size (GraphBuilder.sized). Each half of a layer has a name of its own
  // for the frames, because a buffer that all layers use lives through the whole graph: 130 MB of large-v3-turbo. What goes from half to
  // half has one in common. Parts of the frames are not all equally long, and have none.
  const [all, attending, feeding] = parts === 1 ? ["F", `F ${layer} 1`, `F ${layer} 2`] : [];
  const sized = (value: Value, frames: string | undefined) =>
    frames === undefined ? value : g.sized(value, ["A", frames, dModel]);

  const qkv = inParts(g, x, parts, (part) => {
    const h = sized(layerNorm(g, part, `${layer}.self_attn_layer_norm`, dModel), attending);
    return g.ops("Split", [linear(g, h, `${layer}.self_attn.qkv`)], 3, { axis: -1, num_outputs: 3 });
  });
  const attended = g.op("MultiHeadAttention", qkv, { num_heads: encoderHeads }, MICROSOFT);
  const y = sized(g.op("Add", [x, linear(g, attended, `${layer}.self_attn.out_proj`)]), all);
  const feed = (part: Value) =>
    sized(feedForward(g, part, layer, dModel, { ...behindGelu, rows: feeding }), all);
  return inParts(g, y, parts, (part) => [feed(part)])[0]!;
}

/** Does to each part of the frames what needs no other frame, and joins the results. */
function inParts(g: GraphBuilder, x: Value, parts: number, work: (part: Value) => Value[]): Value[] {
  if (parts === 1) return work(x);
  const results = g.ops("Split", [x], parts, { axis: 1, num_outputs: parts }).map(work);
  return results[0]!.map((_, i) =>
    g.op(
      "Concat",
      results.map((result) => result[i]!),
      { axis: 1 },
    ),
  );
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
