/**
 * Reader of whisper.cpp's ggml-*.bin: sizes, mel filters, tokens as bytes, then tensors, each with its dimensions reversed. Neither
 * merges of the tokens nor alignment heads are in it.
 * Source: https://github.com/ggml-org/whisper.cpp/blob/v1.7.6/models/convert-pt-to-ggml.py
 */
import { MubblesError } from "../../errors.js";
import { BinaryReader, broken, readFully, withFile } from "../model-file.js";
import { type Checkpoint, elementsOf } from "./checkpoint.js";
import { GGML_TYPES, type GgmlType, OTHER_GGML_TYPES } from "./ggml-blocks.js";
import type { WhisperSizes } from "./hub-files.js";

/** "ggml", as the 32-bit number that the file begins with. */
export const GGML_MAGIC = 0x67676d6c;
/** Counts above this are no counts: the file is damaged, or something else. */
const MAX_COUNT = 1_000_000;
const FLOAT_BYTES = 4;

interface GgmlTensor {
  readonly type: GgmlType;
  readonly shape: readonly number[];
  readonly byteOffset: number;
}

/** MODEL_BROKEN where the file is damaged, MODEL_UNSUPPORTED where a tensor's type is not known here. */
export class GgmlCheckpoint implements Checkpoint {
  readonly sizes: WhisperSizes;
  /** What each text token says, by its number. */
  readonly words: readonly Buffer[];
  readonly #file: string;
  readonly #tensors: ReadonlyMap<string, GgmlTensor>;

  private constructor(
    file: string,
    sizes: WhisperSizes,
    words: readonly Buffer[],
    tensors: ReadonlyMap<string, GgmlTensor>,
  ) {
    this.#file = file;
    this.sizes = sizes;
    this.words = words;
    this.#tensors = tensors;
  }

  static open(file: string): GgmlCheckpoint {
    return withFile(file, (fd) => {
      const reader = new BinaryReader(fd, file);
      if (reader.u32() !== GGML_MAGIC) throw broken(file, 'it does not begin with "ggml"');
      const sizes = readSizes(reader, file);
      const [mels, bins] = [reader.u32(), reader.u32()];
      reader.skip(mels * bins * FLOAT_BYTES); // The mel filters: those of src/dsp, which are Whisper's own.
      const words = Array.from({ length: count(reader, file, "tokens") }, () =>
        Buffer.from(reader.bytes(reader.u32())),
      );
      const tensors = new Map<string, GgmlTensor>();
      while (!reader.isAtEnd) {
        const [name, tensor] = readTensor(reader, file);
        tensors.set(name, tensor);
      }
      return new GgmlCheckpoint(file, sizes, words, tensors);
    });
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  shapeOf(name: string): readonly number[] {
    return this.#tensor(name).shape;
  }

  readFloats(name: string, fromRow = 0, toRow?: number): Float32Array {
    const { type, shape, byteOffset } = this.#tensor(name);
    const rowBytes = (elementsOf(shape.slice(1)) / type.blockNumbers) * type.blockBytes;
    const bytes = new Uint8Array(((toRow ?? shape[0]!) - fromRow) * rowBytes);
    withFile(this.#file, (fd) => readFully(fd, this.#file, bytes, byteOffset + fromRow * rowBytes));
    return type.toFloats(bytes);
  }

  #tensor(name: string): GgmlTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw broken(this.#file, `tensor ${name} is missing`);
    return tensor;
  }
}

function readSizes(reader: BinaryReader, file: string): WhisperSizes {
  const next = (what: string) => count(reader, file, what);
  const vocabularySize = next("tokens");
  const maxAudioPositions = next("audio positions");
  const dModel = next("width");
  const encoderHeads = next("heads");
  const encoderLayers = next("layers");
  const maxTextPositions = next("text positions");
  const textWidth = next("width");
  if (textWidth !== dModel) throw broken(file, `widths ${dModel} and ${textWidth} differ`);
  const decoderHeads = next("heads");
  const decoderLayers = next("layers");
  const nMels = next("mel bands");
  reader.u32(); // What most tensors are stored as: each says so itself.
  return {
    vocabularySize,
    maxAudioPositions,
    dModel,
    encoderHeads,
    encoderLayers,
    maxTextPositions,
    decoderHeads,
    decoderLayers,
    nMels,
  };
}

function readTensor(reader: BinaryReader, file: string): [string, GgmlTensor] {
  const axes = reader.u32();
  const nameBytes = reader.u32();
  const typeNumber = reader.u32();
  if (axes > 4) throw broken(file, `a tensor of ${axes} axes`);
  const reversed = Array.from({ length: axes }, () => count(reader, file, "rows"));
  const own = reader.bytes(nameBytes).toString("utf8");
  const type = GGML_TYPES.get(typeNumber);
  if (type === undefined) {
    const what = OTHER_GGML_TYPES.get(typeNumber) ?? `of type ${typeNumber}`;
    const known = [...GGML_TYPES.values()].map(({ name }) => name).join(", ");
    const detail = `tensor ${own} is ${what}, expected one of ${known}`;
    throw new MubblesError("MODEL_UNSUPPORTED", { where: file, detail });
  }
  if (reversed[0]! % type.blockNumbers !== 0)
    throw broken(file, `tensor ${own}: rows of ${reversed[0]} numbers in blocks of ${type.blockNumbers}`);
  const byteOffset = reader.position;
  reader.skip((elementsOf(reversed) / type.blockNumbers) * type.blockBytes);
  const shape = reversed.reverse();
  // Biases of the convolutions are columns there.
  return [hubName(own), { type, shape: shape[1] === 1 ? shape.slice(0, 1) : shape, byteOffset }];
}

/** Pieces of OpenAI's names, which ggml keeps, and of the hub's. */
const HUB_PIECES: Readonly<Record<string, string>> = {
  blocks: "layers",
  attn: "self_attn",
  attn_ln: "self_attn_layer_norm",
  cross_attn: "encoder_attn",
  cross_attn_ln: "encoder_attn_layer_norm",
  mlp_ln: "final_layer_norm",
  ln: "layer_norm",
  ln_post: "layer_norm",
  query: "q_proj",
  key: "k_proj",
  value: "v_proj",
  out: "out_proj",
  token_embedding: "embed_tokens",
  positional_embedding: "embed_positions.weight",
};

/** "encoder.blocks.0.attn.query.weight" → "model.encoder.layers.0.self_attn.q_proj.weight" */
function hubName(own: string): string {
  const pieces = own.replace(".mlp.0.", ".fc1.").replace(".mlp.2.", ".fc2.").split(".");
  return ["model", ...pieces.map((piece) => HUB_PIECES[piece] ?? piece)].join(".");
}

function count(reader: BinaryReader, file: string, what: string): number {
  const value = reader.u32();
  if (value >= 1 && value <= MAX_COUNT) return value;
  throw broken(file, `it claims ${value} ${what}`);
}
