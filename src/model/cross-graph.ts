/** The graph between encoder and decoder: what the decoder's cross-attention reads of the audio. */
import { type Operand, RANGE_STEPS, rightOperand, UNSIGNED } from "./cross-bytes.js";
import { keysAndValues, keysAndValuesOfRounded } from "./cross-keys.js";
import { type ByteStorage, RANGES_PER_LAYER } from "./cross-storage.js";
import { type EncoderOptions, encoderLayers, encoderNorm } from "./encoder-graph.js";
import type { EncoderRows } from "./encoder-rows.js";
import { GraphBuilder, type Value } from "./graph-builder.js";
import { roundedRows, splitHeads } from "./layers.js";
import { ELEMENT } from "./onnx-proto.js";
import type { Safetensors } from "./safetensors.js";
import type { WhisperConfig } from "./whisper-config.js";

/**
 * hidden [A, F, width], any number of frames of the encoder's output → for each decoder layer `cross_k_i` [A, H, F, headSize] and
 * `cross_v_i` [A, H, headSize, F], as floats.
 *
 * Keys and values leave in the layout that lets a decoder step with a few rows stream them once (cross-attention.ts). A graph of
 * its own, because the binding copies what a run returns: a part of the frames at a time, that is a part of 37 MB (base).
 */
export function crossGraph(
  weights: Safetensors,
  config: WhisperConfig,
  options: { readonly observesLinears?: boolean } = {},
): Uint8Array {
  const g = new GraphBuilder(weights, options);
  const hidden = g.input("hidden", ["A", "F", config.dModel]);
  for (let layer = 0; layer < config.decoderLayers; layer++) {
    const [k, v] = keysAndValues(g, hidden, layer);
    floats(g, k, v, layer, config);
  }
  return g.encode("cross");
}

/**
 * The encoder (encoder-graph.ts: its inputs, of one window) and behind it what crossGraph makes, as bytes: `cross_k_i` and `cross_v_i`
 * [1, H, F, headSize]. Each of the width's numbers has a step of its own, by its smallest and largest in the window:
 * `cross_ranges` [1, layers × RANGES_PER_LAYER, width]. Keys are (byte - zero) × step and something that is the same for all
 * frames, which attention does not notice; values are (byte - zero) × step + middle.
 *
 * One graph, because the temporaries of the one then lie where those of the other lay: 25 MB less than with two (base).
 */
export function encoderAndCrossGraph(
  weights: Safetensors,
  config: WhisperConfig,
  { storage, ...options }: EncoderOptions & { readonly storage: ByteStorage },
): Uint8Array {
  const g = new GraphBuilder(weights, options);
  const { x, rows } = encoderLayers(g, config, options);
  const width = config.dModel;
  const [values, size] = rows.each("hidden", [{ value: x, width }], ([part]) => {
    const rounded = roundedRows(g, encoderNorm(g, part!, config));
    return [
      { value: rounded.values, width, type: ELEMENT.uint8 },
      { value: rounded.size, width: 1 },
    ];
  }) as [Value, Value];
  const hidden = [
    { value: values, width, type: ELEMENT.uint8 },
    { value: size, width: 1 },
  ];
  const layers = Array.from({ length: config.decoderLayers }, (_, layer) => {
    const [k, v] = rows.each(`cross ${layer}`, hidden, ([values, size]) =>
      keysAndValuesOfRounded(g, { values: values!, size: size! }, layer).map((value) => ({ value, width })),
    ) as [Value, Value];
    return { k, v, ofKeys: rangeOf(g, k, config), ofValues: rangeOf(g, v, config) };
  });
  const ranges = layers.flatMap(({ ofKeys, ofValues }) => [ofKeys.step, ofValues.step, ofValues.middle]);
  const asRows = ranges.map((range) => g.op("Unsqueeze", [range, g.ints("frames_axis", [0])]));
  g.named("cross_ranges", "Concat", asRows, { axis: 1 });
  g.output("cross_ranges", ["A", config.decoderLayers * RANGES_PER_LAYER, config.dModel]);
  // What nobody uses in the graph is made one after the other, with all it needs, and the last first. So these come behind the ranges:
  // before them, keys and values of all layers would wait as floats, 490 MB of large-v3.
  const right = rightOperand(storage);
  for (const [layer, { k, v, ofKeys, ofValues }] of layers.entries()) {
    bytes(g, rows, k, ofKeys, `cross_k_${layer}`, config, UNSIGNED);
    bytes(g, rows, v, ofValues, `cross_v_${layer}`, config, right);
  }
  return g.encode("encoder and cross");
}

function floats(g: GraphBuilder, k: Value, v: Value, layer: number, config: WhisperConfig): void {
  const { decoderHeads: heads, headSize } = config;
  g.named(`cross_k_${layer}`, "Transpose", [splitHeads(g, k, config)], { perm: [0, 2, 1, 3] });
  g.named(`cross_v_${layer}`, "Transpose", [splitHeads(g, v, config)], { perm: [0, 2, 3, 1] });
  g.output(`cross_k_${layer}`, ["A", heads, "F", headSize]);
  g.output(`cross_v_${layer}`, ["A", heads, headSize, "F"]);
}

/** [1, width] each. */
interface Range {
  readonly step: Value;
  readonly middle: Value;
}

/** What each of the width's numbers ranges over in x [1, F, width]. */
function rangeOf(g: GraphBuilder, x: Value, { dModel }: WhisperConfig): Range {
  // Along the first of two axes this takes a quarter of the time that it takes along the second of three.
  const rows = g.op("Reshape", [x, g.ints("rows", [-1, dModel])]);
  const frames = g.ints("frames_axis", [0]);
  const [smallest, largest] = [g.op("ReduceMin", [rows, frames]), g.op("ReduceMax", [rows, frames])];
  const middle = g.op("Mul", [g.op("Add", [smallest, largest]), g.floats("half", 0.5)]);
  const span = g.op("Max", [g.op("Sub", [largest, smallest]), g.floats("smallest_span", 1e-20)]);
  return { step: g.op("Mul", [span, g.floats("range_step", 1 / RANGE_STEPS)]), middle };
}

/** An output [1, H, F, headSize] of x [1, R, width]. */
function bytes(
  g: GraphBuilder,
  rows: EncoderRows,
  x: Value,
  { step, middle }: Range,
  name: string,
  config: WhisperConfig,
  { type, zero }: Operand,
): void {
  const zeroPoint = g.byte(`zero_${zero}`, zero, type);
  const perStep = g.op("Reciprocal", [step]);
  const [rounded] = rows.each(name, [{ value: x, width: config.dModel }], ([part]) => {
    const steps = g.op("Mul", [g.op("Sub", [part!, middle]), perStep]);
    const value = g.op("QuantizeLinear", [steps, g.floats("unit_step", 1), zeroPoint]);
    return [{ value, width: config.dModel, type }];
  });
  g.named(name, "Transpose", [splitHeads(g, rows.end(rounded!), config)], { perm: [0, 2, 1, 3] });
  g.output(name, ["A", config.decoderHeads, "F", config.headSize], type);
}
