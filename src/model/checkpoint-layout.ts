/**
 * mubbles' own layout of a Whisper checkpoint: what the graphs read. One model.safetensors with
 * - the hub's names without "model.", projections fused (`self_attn.qkv`, `encoder_attn.kv`),
 * - each linear's weight [in, out] as its operator wants it (layers.ts): I8 with an F32 scale per output column, or F16 or F32;
 *   activations are quantised when the graph runs, row by row, and need nothing here,
 * - for int4 most linears of the layers as U8 [out, in / 32, 16], two weights a byte, with an F32 scale per block of 32 inputs
 *   [out, in / 32] (quantise-blocks.ts); queries, keys and values of self-attention, which lose most by it, keys and values of
 *   cross-attention and the embedding are as for int8,
 * - for int8 and int4, norms and rotations folded into the linears (rotation.ts), and the two rotations that cannot be,
 * - for int8 and int4, beside the embedding what rounding left of its frequent tokens (vocabulary.ts),
 * - the token embedding as I8 [width, vocabulary] with a scale per token, or [vocabulary, width] in F16 or F32,
 * - what the text tokens say (text-tokens.ts),
 * - in its metadata how it was made.
 * This file lists which tensor is made from which; convert.ts does it.
 */

import { type Compute, isQuantised } from "./compute-type.js";
import { sinusoids } from "./encoder-graph.js";
import type { Checkpoint } from "./formats/checkpoint.js";
import { ROTATION, ROTATION_BACK } from "./layers.js";
import { EMBEDDING_REST, FREQUENT_TOKENS } from "./vocabulary.js";
import type { WhisperConfig } from "./whisper-config.js";

/** How a matrix is stored. */
export type Storage = "int8" | "f16" | "f32";

/** One of the source linears that a linear is made of. Blocks are the widths that are rotated (rotation.ts), 0 for none. */
export interface LinearPart {
  readonly source: string;
  readonly inputBlock: number;
  readonly outputBlock: number;
}

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
      readonly parts: readonly LinearPart[];
      /** Source norm that is folded into it. */
      readonly norm: string | undefined;
      readonly storage: Storage | "int4";
    }
  /** The token embedding [vocabulary, width], which is the output projection too. */
  | { readonly kind: "embedding"; readonly name: string; readonly source: string; readonly storage: Storage }
  /** What rounding the embedding to 8 bits left, of the tokens in these ranges [from, to). */
  | {
      readonly kind: "embedding rest";
      readonly name: string;
      readonly source: string;
      readonly ranges: readonly (readonly [number, number])[];
    }
  /** The rotation of what flows between the layers [width, width], float32. */
  | { readonly kind: "rotation"; readonly name: string; readonly width: number }
  /** A linear [width, width], float32, that turns back what was rotated and then is the source norm without its normalisation. */
  | { readonly kind: "rotation back"; readonly name: string; readonly norm: string; readonly width: number };

/**
 * Everything the converted file will hold, in order. Rotated, norms lie in the linears behind them; what flows between the
 * layers, and what attention takes from its values, comes in another basis (rotation.ts). Integers are always rotated.
 */
export function layoutOf(
  source: Checkpoint,
  config: WhisperConfig,
  compute: Compute,
  isRotated = isQuantised(compute),
): Item[] {
  const float = compute === "fp16" ? "f16" : "f32";
  const storage: Storage = isQuantised(compute) ? "int8" : float;
  const ofLayers = compute === "int4" ? "int4" : storage;
  const { dModel, headSize: decoderHead } = config;
  const encoderHead = dModel / config.encoderHeads;
  const items: Item[] = [];
  const floats = (name: string) =>
    items.push({ kind: "floats", name, source: sourceName(source, name), storage: float });
  const norm = (name: string) => {
    if (isRotated) return;
    floats(`${name}.weight`);
    floats(`${name}.bias`);
  };
  const part = (name: string, inputBlock: number, outputBlock: number): LinearPart => ({
    source: sourceName(source, name),
    inputBlock: isRotated ? inputBlock : 0,
    outputBlock: isRotated ? outputBlock : 0,
  });
  const linear = (
    name: string,
    parts: readonly LinearPart[],
    before?: string,
    stored: Storage | "int4" = ofLayers,
  ) => {
    const folded = isRotated && before !== undefined ? sourceName(source, before) : undefined;
    items.push({ kind: "linear", name, parts, norm: folded, storage: stored });
  };
  const layers = (side: "encoder" | "decoder", count: number, head: number) => {
    for (let i = 0; i < count; i++) {
      const layer = `${side}.layers.${i}`;
      const own = (name: string, inputBlock: number, outputBlock: number) =>
        part(`${layer}.${name}`, inputBlock, outputBlock);
      norm(`${layer}.self_attn_layer_norm`);
      linear(
        `${layer}.self_attn.qkv`,
        [
          own("self_attn.q_proj", dModel, 0),
          own("self_attn.k_proj", dModel, 0),
          own("self_attn.v_proj", dModel, head),
        ],
        `${layer}.self_attn_layer_norm`,
        storage,
      );
      linear(`${layer}.self_attn.out_proj`, [own("self_attn.out_proj", head, dModel)]);
      if (side === "decoder") {
        norm(`${layer}.encoder_attn_layer_norm`);
        linear(
          `${layer}.encoder_attn.q_proj`,
          [own("encoder_attn.q_proj", dModel, 0)],
          `${layer}.encoder_attn_layer_norm`,
        );
        linear(
          `${layer}.encoder_attn.kv`,
          [own("encoder_attn.k_proj", dModel, 0), own("encoder_attn.v_proj", dModel, head)],
          "encoder.layer_norm",
          storage,
        );
        linear(`${layer}.encoder_attn.out_proj`, [own("encoder_attn.out_proj", head, dModel)]);
      }
      norm(`${layer}.final_layer_norm`);
      linear(`${layer}.fc1`, [own("fc1", dModel, 0)], `${layer}.final_layer_norm`);
      linear(`${layer}.fc2`, [own("fc2", 0, dModel)]);
    }
    norm(`${side}.layer_norm`);
  };

  for (const name of ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"]) floats(`encoder.${name}`);
  if (compute === "fp32" || !hasSinusoidalPositions(source, config)) floats("encoder.embed_positions.weight");
  if (isRotated) items.push({ kind: "rotation", name: ROTATION, width: dModel });
  layers("encoder", config.encoderLayers, encoderHead);
  const embedding = "decoder.embed_tokens";
  items.push({
    kind: "embedding",
    name: embedding,
    source: sourceName(source, `${embedding}.weight`),
    storage,
  });
  if (storage === "int8") {
    items.push({
      kind: "embedding rest",
      name: EMBEDDING_REST,
      source: sourceName(source, `${embedding}.weight`),
      ranges: [
        [0, FREQUENT_TOKENS],
        [config.endToken, config.vocabularySize],
      ],
    });
  }
  floats("decoder.embed_positions.weight");
  layers("decoder", config.decoderLayers, decoderHead);
  if (isRotated) {
    const last = sourceName(source, "decoder.layer_norm");
    items.push({ kind: "rotation back", name: ROTATION_BACK, norm: last, width: dModel });
  }
  return items;
}

/** The hub writes "model." before every name; some fine-tunes do not. */
function sourceName(source: Checkpoint, name: string): string {
  const full = `model.${name}`;
  return source.has(full) || source.has(`${full}.weight`) ? full : name;
}

/** Whether the stored audio positions are the sinusoids that the graph can make itself (up to half-precision rounding). */
function hasSinusoidalPositions(source: Checkpoint, config: WhisperConfig): boolean {
  const name = sourceName(source, "encoder.embed_positions.weight");
  if (!source.has(name)) return true;
  const expected = sinusoids(config.maxAudioPositions, config.dModel);
  const stored = source.readFloats(name);
  return (
    stored.length === expected.length && stored.every((value, i) => Math.abs(value - expected[i]!) < 1e-3)
  );
}
