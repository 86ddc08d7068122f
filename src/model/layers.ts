/** The layers that encoder and decoder share, on a checkpoint in mubbles' own layout (see checkpoint-layout.ts). */
import { type GraphBuilder, MICROSOFT, type Value } from "./graph-builder.js";

/**
 * x [.., in] → [.., out]. How the weight is stored decides the operators:
 * - I8 [in, out] + scale [out]: 8-bit integer product, activations quantised row by row (`quantisedProduct`).
 * - F32 or F16 [in, out]: `MatMul`.
 */
export function linear(g: GraphBuilder, x: Value, name: string): Value {
  const weight = `${name}.weight`;
  const product =
    g.typeOfWeight(weight) === "I8"
      ? quantisedProduct(g, x, name)
      : g.op("MatMul", [x, g.floatWeight(weight)]);
  const bias = `${name}.bias`;
  return g.hasWeight(bias) ? g.op("Add", [product, g.floatWeight(bias)]) : product;
}

/** The largest 8-bit magnitude that is used, so that positive and negative are alike. */
const LARGEST = 127;

/**
 * Every row of activations is divided by its own largest magnitude, then rounded to 8 bits by a constant scale, and the result
 * multiplied back: as exact as a scale per row, which no operator of onnxruntime offers, and unlike one scale for the
 * whole tensor (`DynamicQuantizeMatMul`) not spoilt by the outliers of other rows, nor dependent on what else is in the
 * batch. 7 % slower than that one (docs/notes/quantisation.md).
 */
function quantisedProduct(g: GraphBuilder, x: Value, name: string): Value {
  const last = g.ints("last_axis", [-1]);
  const lowest = g.op("Neg", [g.op("ReduceMin", [x, last])]);
  const size = g.op("Max", [g.op("ReduceMax", [x, last]), lowest, g.floats("smallest_row", 1e-20)]);
  const step = g.floats("quantisation_step", 1 / LARGEST);
  const zeroPoint = g.bytes("quantisation_zero", 128);
  const quantised = g.op("QuantizeLinear", [g.op("Div", [x, size]), step, zeroPoint]);
  const inputs = [quantised, g.weight(`${name}.weight`), step, g.weight(`${name}.scale`), zeroPoint];
  return g.op("Mul", [g.op("MatMulIntegerToFloat", inputs, {}, MICROSOFT), size]);
}

export function layerNorm(g: GraphBuilder, x: Value, name: string): Value {
  const inputs = [x, g.floatWeight(`${name}.weight`), g.floatWeight(`${name}.bias`)];
  return g.op("LayerNormalization", inputs, { axis: -1, epsilon: { float: 1e-5 } });
}

/** Exact (erf) GELU, as torch's default. */
export function gelu(g: GraphBuilder, x: Value): Value {
  return g.op("Gelu", [x], {}, MICROSOFT);
}

/** x + fc2(gelu(fc1(norm(x)))) */
export function feedForward(g: GraphBuilder, x: Value, layer: string): Value {
  const hidden = gelu(g, linear(g, layerNorm(g, x, `${layer}.final_layer_norm`), `${layer}.fc1`));
  return g.op("Add", [x, linear(g, hidden, `${layer}.fc2`)]);
}
