/** The layers that encoder and decoder share, on a checkpoint in mubbles' own layout (see checkpoint-layout.ts). */
import { type GraphBuilder, MICROSOFT, type Value } from "./graph-builder.js";
import { type Dimension, ELEMENT } from "./onnx-proto.js";
import { BLOCK_INPUTS } from "./quantise-blocks.js";
import type { WhisperConfig } from "./whisper-config.js";

/** What flows between the layers of both sides is multiplied by it where it starts; absent where nothing is rotated. */
export const ROTATION = "rotation";
/** Behind the decoder's last normalisation, before the vocabulary. */
export const ROTATION_BACK = "decoder.rotation_back";

/** How the inputs of an 8-bit linear become integers. */
export interface InputRounding {
  /**
   * 1: every number is an 8-bit one. 2: a high and a low one, together as exact as 15 bits: another product, or, where the rows
   * are few and reading the weights is what takes time, hardly more than one.
   */
  readonly parts: 1 | 2;
  /** No input is larger than this. Without it each row is measured. */
  readonly largest?: number;
}

/**
 * x [.., in] → [.., out]. How the weight is stored decides the operators:
 * - I8 [in, out] + scale [out]: 8-bit integer product, inputs rounded as `rounding` says.
 * - U8 [out, in / 32, 16] + scale [out, in / 32]: 4-bit weights, inputs rounded to 8 bits in blocks of 32.
 * - F32 or F16 [in, out]: `MatMul`.
 */
export function linear(
  g: GraphBuilder,
  x: Value,
  name: string,
  rounding: InputRounding = { parts: 1 },
): Value {
  if (g.observesLinears) observe(g, x, name);
  return withBias(g, productOf(g, x, name, rounding), name);
}

function withBias(g: GraphBuilder, product: Value, name: string): Value {
  const bias = `${name}.bias`;
  return g.hasWeight(bias) ? g.op("Add", [product, g.floatWeight(bias)]) : product;
}

function integerWeight(g: GraphBuilder, name: string): IntegerWeight {
  return { values: g.weight(`${name}.weight`), scale: g.weight(`${name}.scale`) };
}

function productOf(g: GraphBuilder, x: Value, name: string, rounding: InputRounding): Value {
  const weight = `${name}.weight`;
  const type = g.typeOfWeight(weight);
  if (type === "I8") return integerLinear(g, x, integerWeight(g, name), rounding);
  return type === "U8" ? blockProduct(g, x, name) : g.op("MatMul", [x, g.floatWeight(weight)]);
}

/** Rounding of what comes from a layer normalisation that has no weights: `width` numbers whose squares sum up to `width`. */
export function roundingOfNormed(g: GraphBuilder, width: number): InputRounding {
  return g.hasWeight(ROTATION) ? { parts: 2, largest: Math.sqrt(width) } : { parts: 2 };
}

/** Output names of moments: this, the linear's name, a space, and what tells several of it apart. */
export const MOMENT = "moment of ";

/** Another output of the graph: XᵀX [in, in] over all rows of x. */
function observe(g: GraphBuilder, x: Value, name: string): void {
  const width = g.shapeOfWeight(`${name}.weight`)[0]!;
  const rows = g.op("Reshape", [x, g.ints(`rows_of_${width}`, [-1, width])]);
  const moment = g.op("MatMul", [g.op("Transpose", [rows], { perm: [1, 0] }), rows]);
  // A linear may be there several times, for parts of the rows.
  g.output(g.rename(moment, `${MOMENT}${name} ${moment}`), [width, width]);
}

/** The largest 8-bit magnitude that is used, so that positive and negative are alike. */
export const LARGEST = 127;
/** Half a high step, the most that is left, is LARGEST low ones. */
export const LOW_STEPS = 2 * LARGEST;

/** 8-bit weights in the graph. */
export interface IntegerWeight {
  /** [in, out] */
  readonly values: Value;
  /** [out] */
  readonly scale: Value;
}

/**
 * Every row of activations is divided by its own largest magnitude, then rounded to 8 bits by a constant scale, and the result
 * multiplied back: as exact as a scale per row, which no operator of onnxruntime offers, and unlike one scale for the
 * whole tensor (`DynamicQuantizeMatMul`) not spoilt by the outliers of other rows, nor dependent on what else is in the
 * batch (docs/notes/quantisation.md).
 */
export function integerLinear(
  g: GraphBuilder,
  x: Value,
  weight: IntegerWeight,
  { parts, largest }: InputRounding,
): Value {
  const product = parts === 1 ? onePartProduct : twoPartProduct;
  if (largest !== undefined) return product(g, x, weight, largest);
  const { divided, size } = bySize(g, x);
  return g.op("Mul", [product(g, divided, weight, 1), size]);
}

/** Each row divided by its largest magnitude. */
function bySize(g: GraphBuilder, x: Value): { divided: Value; size: Value } {
  const largest = g.op("ReduceMax", [g.op("Abs", [x]), g.ints("last_axis", [-1])]);
  const size = g.op("Max", [largest, g.floats("smallest_row", 1e-20)]);
  return { divided: g.op("Div", [x, size]), size };
}

/** Rows as 8-bit numbers [.., in], each of a step of its size [.., 1]. */
export interface RoundedRows {
  readonly values: Value;
  readonly size: Value;
}

/** What `linear` makes of inputs in one part, to be shared by several. */
export function roundedRows(g: GraphBuilder, x: Value): RoundedRows {
  const { divided, size } = bySize(g, x);
  return { values: g.op("QuantizeLinear", [divided, stepOf(g, 1), zeroPoint(g)]), size };
}

/** `linear` of such rows, with 8-bit weights. */
export function roundedLinear(g: GraphBuilder, { values, size }: RoundedRows, name: string): Value {
  const product = integerProduct(g, values, stepOf(g, 1), integerWeight(g, name));
  return withBias(g, g.op("Mul", [product, size]), name);
}

function onePartProduct(g: GraphBuilder, x: Value, weight: IntegerWeight, largest: number): Value {
  const step = stepOf(g, largest);
  return integerProduct(g, g.op("QuantizeLinear", [x, step, zeroPoint(g)]), step, weight);
}

function stepOf(g: GraphBuilder, largest: number): Value {
  return g.floats(`step_${largest}`, largest / LARGEST);
}

/** The low numbers hold what rounding to the high ones left. All are rows of one product: it reads the weights once. */
function twoPartProduct(g: GraphBuilder, x: Value, weight: IntegerWeight, largest: number): Value {
  const step = stepOf(g, largest);
  const product = integerProduct(g, inTwoParts(g, x, largest, 0, ["2A", undefined, undefined]), step, weight);
  const [ofHigh, ofLow] = g.ops("Split", [product], 2, { axis: 0, num_outputs: 2 }) as [Value, Value];
  for (const part of [ofHigh, ofLow]) g.sized(part, ["A", undefined, undefined]);
  return g.op("Add", [ofHigh, g.op("Mul", [ofLow, g.floats("low_part", 1 / LOW_STEPS)])]);
}

/**
 * Numbers of at most `largest` as high 8-bit ones, and behind them along the axis the low ones, whose step is 1 / LOW_STEPS. `shape`:
 * that of the result, as far as it is known.
 */
export function inTwoParts(
  g: GraphBuilder,
  x: Value,
  largest: number,
  axis: number,
  shape: readonly Dimension[],
): Value {
  const step = stepOf(g, largest);
  const lowStep = g.floats(`low_step_${largest}`, largest / LARGEST / LOW_STEPS);
  const high = g.op("QuantizeLinear", [x, step, zeroPoint(g)]);
  const left = g.op("Sub", [x, g.op("DequantizeLinear", [high, step, zeroPoint(g)])]);
  const low = g.op("QuantizeLinear", [left, lowStep, zeroPoint(g)]);
  return g.sized(g.op("Concat", [high, low], { axis }), shape, ELEMENT.uint8);
}

/** MatMulNBits' accuracy level at which inputs are rounded to 8 bits; the others multiply floats, and take longer. */
const INTEGER_INPUTS = 4;

function zeroPoint(g: GraphBuilder): Value {
  return g.byte("quantisation_zero", 128);
}

function integerProduct(g: GraphBuilder, quantised: Value, step: Value, weight: IntegerWeight): Value {
  const inputs = [quantised, weight.values, step, weight.scale, zeroPoint(g)];
  return g.op("MatMulIntegerToFloat", inputs, {}, MICROSOFT);
}

function blockProduct(g: GraphBuilder, x: Value, name: string): Value {
  const weight = `${name}.weight`;
  const [outputs, blocks] = g.shapeOfWeight(weight) as [number, number];
  const attributes = {
    K: blocks * BLOCK_INPUTS,
    N: outputs,
    bits: 4,
    block_size: BLOCK_INPUTS,
    accuracy_level: INTEGER_INPUTS,
  };
  return g.op("MatMulNBits", [x, g.weight(weight), g.weight(`${name}.scale`)], attributes, MICROSOFT);
}

/** Where the checkpoint has no weights for it they lie in the linear behind it. */
export function layerNorm(g: GraphBuilder, x: Value, name: string, width: number): Value {
  const inputs = g.hasWeight(`${name}.weight`)
    ? [x, g.floatWeight(`${name}.weight`), g.floatWeight(`${name}.bias`)]
    : [x, g.floats("no_norm_weight", new Float32Array(width).fill(1))];
  return g.op("LayerNormalization", inputs, { axis: -1, epsilon: { float: 1e-5 } });
}

/** Exact (erf) GELU, as torch's default. */
export function gelu(g: GraphBuilder, x: Value): Value {
  return g.op("Gelu", [x], {}, MICROSOFT);
}

/** What leaves a GELU has outliers that no rotation reaches. */
const BEHIND_GELU: InputRounding = { parts: 2 };

interface FeedForwardOptions {
  /** Of what fc1 reads. */
  readonly rounding?: InputRounding;
  /** Of what fc2 reads. */
  readonly behindGelu?: InputRounding;
  /** What the number of rows is called within (GraphBuilder.sized). */
  readonly rows?: string | undefined;
}

/** x + fc2(gelu(fc1(norm(x)))) */
export function feedForward(
  g: GraphBuilder,
  x: Value,
  layer: string,
  width: number,
  { rounding, behindGelu = BEHIND_GELU, rows }: FeedForwardOptions = {},
): Value {
  const normed = layerNorm(g, x, `${layer}.final_layer_norm`, width);
  if (rows !== undefined) g.sized(normed, ["A", rows, width]);
  const hidden = gelu(g, linear(g, normed, `${layer}.fc1`, rounding));
  return g.op("Add", [x, linear(g, hidden, `${layer}.fc2`, behindGelu)]);
}

/** Where the layers work in another basis, x [.., width] turned into it; else x. */
export function rotated(g: GraphBuilder, x: Value): Value {
  return g.hasWeight(ROTATION) ? g.op("MatMul", [x, g.floatWeight(ROTATION)]) : x;
}

/** The decoder's [A, S, width] → [A, S, H, headSize] */
export function splitHeads(g: GraphBuilder, x: Value, { decoderHeads, headSize }: WhisperConfig): Value {
  return g.op("Reshape", [x, g.ints("split_heads", [0, 0, decoderHeads, headSize])]);
}
