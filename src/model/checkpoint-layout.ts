/**
 * mubbles' own layout of a Whisper checkpoint: what the graphs read. One model.safetensors with
 * - the hub's names without "model.", projections fused (`self_attn.qkv`, `encoder_attn.kv`),
 * - each linear's weight [in, out] as its operator wants it (layers.ts): I8 with an F32 scale per output column, or F16 or F32;
 *   activations are quantised when the graph runs, row by row, and need nothing here,
 * - the token embedding as I8 [width, vocabulary] with a scale per token, or [vocabulary, width] in F16 or F32,
 * - what the text tokens say (text-tokens.ts),
 * - in its metadata how it was made.
 * This file lists which tensor is made from which; convert.ts does it.
 */

import { sinusoids } from "./encoder-graph.js";
import type { Safetensors } from "./safetensors.js";
import type { WhisperConfig } from "./whisper-config.js";

export const LAYOUT_NAME = "mubbles-whisper-1";

export type Compute = "int8" | "fp16" | "fp32";
export const COMPUTES = ["int8", "fp16", "fp32"] as const satisfies readonly Compute[];

/** How a matrix is stored. */
export type Storage = "int8" | "f16" | "f32";

export type Item =
  /** Copied as floats: norms, biases, convolutions, positions. */
  | {
      readonly kind: "floats";
      readonly name: string;
      readonly source: string;
      readonly storage: "f16" | "f32";
    }
  /** A linear, made of one or several source linears with the same input, one below the other. */
  | {
      readonly kind: "linear";
      readonly name: string;
      readonly sources: readonly string[];
      readonly storage: Storage;
    }
  /** The token embedding [vocabulary, width], which is the output projection too. */
  | { readonly kind: "embedding"; readonly name: string; readonly source: string; readonly storage: Storage };

/** Everything the converted file will hold, in order. */
export function layoutOf(source: Safetensors, config: WhisperConfig, compute: Compute): Item[] {
  const float = compute === "fp16" ? "f16" : "f32";
  const storage: Storage = compute === "int8" ? "int8" : float;
  const items: Item[] = [];
  const floats = (name: string) =>
    items.push({ kind: "floats", name, source: sourceName(source, name), storage: float });
  const norm = (name: string) => {
    floats(`${name}.weight`);
    floats(`${name}.bias`);
  };
  const linear = (name: string, ...parts: string[]) => {
    const sources = (parts.length > 0 ? parts : [name]).map((part) => sourceName(source, part));
    items.push({ kind: "linear", name, sources, storage });
  };
  const layers = (side: "encoder" | "decoder", count: number) => {
    for (let i = 0; i < count; i++) {
      const layer = `${side}.layers.${i}`;
      norm(`${layer}.self_attn_layer_norm`);
      linear(`${layer}.self_attn.qkv`, ...["q", "k", "v"].map((p) => `${layer}.self_attn.${p}_proj`));
      linear(`${layer}.self_attn.out_proj`);
      if (side === "decoder") {
        norm(`${layer}.encoder_attn_layer_norm`);
        linear(`${layer}.encoder_attn.q_proj`);
        linear(`${layer}.encoder_attn.kv`, `${layer}.encoder_attn.k_proj`, `${layer}.encoder_attn.v_proj`);
        linear(`${layer}.encoder_attn.out_proj`);
      }
      norm(`${layer}.final_layer_norm`);
      linear(`${layer}.fc1`);
      linear(`${layer}.fc2`);
    }
    norm(`${side}.layer_norm`);
  };

  for (const name of ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"]) floats(`encoder.${name}`);
  if (compute === "fp32" || !hasSinusoidalPositions(source, config)) floats("encoder.embed_positions.weight");
  layers("encoder", config.encoderLayers);
  const embedding = "decoder.embed_tokens";
  items.push({
    kind: "embedding",
    name: embedding,
    source: sourceName(source, `${embedding}.weight`),
    storage,
  });
  floats("decoder.embed_positions.weight");
  layers("decoder", config.decoderLayers);
  return items;
}

/** The hub writes "model." before every name; some fine-tunes do not. */
function sourceName(source: Safetensors, name: string): string {
  const full = `model.${name}`;
  return source.has(full) || source.has(`${full}.weight`) ? full : name;
}

/** Whether the stored audio positions are the sinusoids that the graph can make itself (up to half-precision rounding). */
function hasSinusoidalPositions(source: Safetensors, config: WhisperConfig): boolean {
  const name = sourceName(source, "encoder.embed_positions.weight");
  if (!source.has(name)) return true;
  const expected = sinusoids(config.maxAudioPositions, config.dModel);
  const stored = source.readFloats(name);
  return (
    stored.length === expected.length && stored.every((value, i) => Math.abs(value - expected[i]!) < 1e-3)
  );
}
