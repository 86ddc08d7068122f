/** How the decoder's cross-attention keeps what it reads of the audio. */
import type { Safetensors } from "./safetensors.js";

/**
 * - `float32`: keys [H, F, headSize] and values [H, headSize, F].
 * - `int8`, where the weights are 8-bit: a quarter of that, and read in less than half of the time. Keys and values
 *   [H, F, headSize], of each number the 256th part of what it ranges over in the window, and `cross_ranges`
 *   (cross-graph.ts). Keys are unsigned, being left operands, and values signed.
 * - `uint8`: the same with unsigned values, where signed right operands saturate (saturation.ts).
 */
export type CrossStorage = "float32" | ByteStorage;
export type ByteStorage = "int8" | "uint8";

/** Rows of `cross_ranges` a layer: steps of the keys, steps of the values, middles of the values. */
export const RANGES_PER_LAYER = 3;

export function crossStorageOf(weights: Safetensors, eightBitProductsSaturate: boolean): CrossStorage {
  if (weights.entry("decoder.layers.0.encoder_attn.kv.weight").dtype !== "I8") return "float32";
  return eightBitProductsSaturate ? "uint8" : "int8";
}
