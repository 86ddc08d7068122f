/** How the decoder's cross-attention keeps what it reads of the audio. */
import type { Provider } from "./compute-device.js";
import type { Safetensors } from "./safetensors.js";

/**
 * - `float32`: keys [H, F, headSize] and values [H, headSize, F].
 * - `int8`, where the weights are 8-bit: a quarter of that, and read in less than half of the time. Keys and values
 *   [H, F, headSize], of each number the 256th part of what it ranges over in the window, and `cross_ranges`
 *   (cross-graph.ts). Keys are unsigned, being left operands, and values signed.
 * - `uint8`: the same with unsigned values, where signed right operands saturate (saturation.ts).
 * - `hidden16`, `hidden32`, on an accelerator: what the encoder put out [F, width], as floats of so many bits. The binding keeps nothing
 *   there from run to run. Making keys and values anew at each step takes an accelerator less time than copying them to it.
 */
export type CrossStorage = PlainStorage | HiddenStorage;
export type PlainStorage = "float32" | ByteStorage;
export type ByteStorage = "int8" | "uint8";
export type HiddenStorage = "hidden16" | "hidden32";

/** Rows of `cross_ranges` a layer: steps of the keys, steps of the values, middles of the values. */
export const RANGES_PER_LAYER = 3;

export function crossStorageOf(
  weights: Safetensors,
  eightBitProductsSaturate: boolean,
  accelerator: Provider | undefined,
): CrossStorage {
  const { dtype } = weights.entry("decoder.layers.0.encoder_attn.kv.weight");
  if (dtype === "I8") return eightBitProductsSaturate ? "uint8" : "int8";
  if (accelerator === undefined) return "float32";
  return dtype === "F16" ? "hidden16" : "hidden32";
}

export function isHidden(storage: CrossStorage): storage is HiddenStorage {
  return storage === "hidden16" || storage === "hidden32";
}
