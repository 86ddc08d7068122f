/** A Whisper checkpoint in the hub's layout with random weights: width 64, one layer each way, the multilingual vocabulary. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packagePath } from "../../src/assets.js";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { sinusoids } from "../../src/model/encoder-graph.js";
import { floatTensor, halfTensor, type NewTensor, writeSafetensors } from "./safetensors-file.js";

const WIDTH = 64;
const HIDDEN = 256;
export const TINY_VOCABULARY = 51_865;

interface TinyOptions {
  /** How the floats are stored. */
  readonly isHalf?: boolean;
  /** Tensors left out; "tokenizer.json" for that file. */
  readonly without?: readonly string[];
}

/** Makes `folder` with config.json, tokenizer.json and model.safetensors; the same weights every time. */
export function writeTinyWhisper(folder: string, { isHalf = false, without = [] }: TinyOptions = {}): void {
  mkdirSync(folder, { recursive: true });
  const random = seededRandom(17);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const tensors: Record<string, NewTensor> = {};
  const add = (name: string, shape: readonly number[], values: Float32Array) => {
    tensors[`model.${name}`] = isHalf ? halfTensor(shape, values) : floatTensor(shape, values);
  };
  const noise = (name: string, shape: readonly number[], deviation: number, mean = 0) => {
    const length = shape.reduce((product, n) => product * n, 1);
    add(
      name,
      shape,
      Float32Array.from({ length }, () => mean + deviation * gaussian()),
    );
  };
  const linear = (name: string, inputs: number, outputs: number, hasBias = true) => {
    noise(`${name}.weight`, [outputs, inputs], inputs ** -0.5);
    if (hasBias) noise(`${name}.bias`, [outputs], 0.1);
  };
  const norm = (name: string) => {
    noise(`${name}.weight`, [WIDTH], 0.1, 1);
    noise(`${name}.bias`, [WIDTH], 0.1);
  };
  const attention = (name: string) => {
    for (const part of ["q", "k", "v"]) linear(`${name}.${part}_proj`, WIDTH, WIDTH, part !== "k");
    linear(`${name}.out_proj`, WIDTH, WIDTH);
    norm(`${name}_layer_norm`);
  };
  const layer = (name: string) => {
    attention(`${name}.self_attn`);
    if (name.startsWith("decoder")) attention(`${name}.encoder_attn`);
    linear(`${name}.fc1`, WIDTH, HIDDEN);
    linear(`${name}.fc2`, HIDDEN, WIDTH);
    norm(`${name}.final_layer_norm`);
  };

  for (const [name, inputs] of [
    ["encoder.conv1", 80],
    ["encoder.conv2", WIDTH],
  ] as const) {
    noise(`${name}.weight`, [WIDTH, inputs, 3], (3 * inputs) ** -0.5);
    noise(`${name}.bias`, [WIDTH], 0.1);
  }
  add("encoder.embed_positions.weight", [1500, WIDTH], sinusoids(1500, WIDTH));
  layer("encoder.layers.0");
  norm("encoder.layer_norm");
  noise("decoder.embed_tokens.weight", [TINY_VOCABULARY, WIDTH], 0.3);
  noise("decoder.embed_positions.weight", [448, WIDTH], 0.1);
  layer("decoder.layers.0");
  norm("decoder.layer_norm");

  for (const name of without) delete tensors[`model.${name}`];
  writeSafetensors(join(folder, "model.safetensors"), tensors, { format: "pt" });
  const config = {
    model_type: "whisper",
    d_model: WIDTH,
    encoder_layers: 1,
    decoder_layers: 1,
    encoder_attention_heads: 2,
    decoder_attention_heads: 2,
    max_source_positions: 1500,
    max_target_positions: 448,
    num_mel_bins: 80,
    vocab_size: TINY_VOCABULARY,
    eos_token_id: 50_257,
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  if (without.includes("tokenizer.json")) return;
  copyFileSync(packagePath("models/whisper-base-int8/tokenizer.json"), join(folder, "tokenizer.json"));
}
