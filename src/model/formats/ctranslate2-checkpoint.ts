/**
 * Reader of CTranslate2's model.bin, what faster-whisper loads: floats of any width, or 8 and 16-bit integers with scales. Projections
 * with the same input are one tensor there, one below the other.
 * Source of the format: https://github.com/OpenNMT/CTranslate2/blob/v4.6.0/python/ctranslate2/specs/model_spec.py (ModelSpec._serialize,
 * LayerSpec._quantize).
 */
import { MubblesError } from "../../errors.js";
import { bfloat16ToFloat32, float16ToFloat32 } from "../half-floats.js";
import { BinaryReader, broken, readFully, withFile } from "../model-file.js";
import { type Checkpoint, elementsOf } from "./checkpoint.js";
import type { WhisperSizes } from "./hub-files.js";

const SPECIFICATION = "WhisperSpec";
/** Newest version of the file's own layout that is known here. */
const BINARY_VERSION = 6;

interface StoredType {
  readonly bytes: number;
  readonly toFloats: (buffer: ArrayBuffer) => Float32Array;
}

/** By the number that stands for it in a file. */
const TYPES: readonly StoredType[] = [
  { bytes: 4, toFloats: (buffer) => new Float32Array(buffer) },
  { bytes: 1, toFloats: (buffer) => Float32Array.from(new Int8Array(buffer)) },
  { bytes: 2, toFloats: (buffer) => Float32Array.from(new Int16Array(buffer)) },
  { bytes: 4, toFloats: (buffer) => Float32Array.from(new Int32Array(buffer)) },
  { bytes: 2, toFloats: (buffer) => float16ToFloat32(new Uint16Array(buffer)) },
  { bytes: 2, toFloats: (buffer) => bfloat16ToFloat32(new Uint16Array(buffer)) },
];

interface Variable {
  readonly shape: readonly number[];
  readonly type: StoredType;
  readonly byteOffset: number;
}

/** A tensor of the hub: some rows of a variable. */
interface Rows {
  readonly variable: string;
  readonly fromRow: number;
  readonly shape: readonly number[];
}

/** MODEL_BROKEN where the file is damaged, MODEL_UNSUPPORTED where it holds another kind of model or is newer. */
export class CTranslate2Checkpoint implements Checkpoint {
  readonly sizes: WhisperSizes;
  readonly #file: string;
  readonly #variables: ReadonlyMap<string, Variable>;
  readonly #tensors: ReadonlyMap<string, Rows>;

  private constructor(file: string, variables: ReadonlyMap<string, Variable>) {
    this.#file = file;
    this.#variables = variables;
    const layers = (side: string) => {
      let count = 0;
      while (variables.has(`${side}/layer_${count}/ffn/linear_0/weight`)) count++;
      return count;
    };
    const [dModel, nMels] = this.#variable("encoder/conv1/weight").shape as [number, number];
    this.sizes = {
      nMels,
      dModel,
      encoderLayers: layers("encoder"),
      decoderLayers: layers("decoder"),
      encoderHeads: this.#readRows("encoder/num_heads", 0, 1)[0]!,
      decoderHeads: this.#readRows("decoder/num_heads", 0, 1)[0]!,
      vocabularySize: this.#variable("decoder/embeddings/weight").shape[0]!,
      maxAudioPositions: variables.get("encoder/position_encodings/encodings")?.shape[0] ?? 1500,
      maxTextPositions: this.#variable("decoder/position_encodings/encodings").shape[0]!,
    };
    this.#tensors = new Map(this.#hubTensors());
  }

  static open(file: string): CTranslate2Checkpoint {
    return new CTranslate2Checkpoint(
      file,
      withFile(file, (fd) => readVariables(new BinaryReader(fd, file), file)),
    );
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  shapeOf(name: string): readonly number[] {
    return this.#tensor(name).shape;
  }

  readFloats(name: string, fromRow = 0, toRow?: number): Float32Array {
    const { variable, fromRow: first, shape } = this.#tensor(name);
    return this.#readRows(variable, first + fromRow, first + (toRow ?? shape[0]!));
  }

  #tensor(name: string): Rows {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw broken(this.#file, `tensor ${name} is missing`);
    return tensor;
  }

  #variable(name: string): Variable {
    const variable = this.#variables.get(name);
    if (variable === undefined) throw broken(this.#file, `variable ${name} is missing`);
    return variable;
  }

  /** Scales are one a row, or one for all; they multiplied what is stored. */
  #readRows(name: string, fromRow: number, toRow: number): Float32Array {
    const { shape, type, byteOffset } = this.#variable(name);
    const rowNumbers = elementsOf(shape.slice(1));
    const bytes = new Uint8Array((toRow - fromRow) * rowNumbers * type.bytes);
    withFile(this.#file, (fd) =>
      readFully(fd, this.#file, bytes, byteOffset + fromRow * rowNumbers * type.bytes),
    );
    const values = type.toFloats(bytes.buffer);
    const scale = this.#variables.get(`${name}_scale`);
    if (scale === undefined) return values;
    const isByRow = elementsOf(scale.shape) > 1;
    const scales = isByRow
      ? this.#readRows(`${name}_scale`, fromRow, toRow)
      : this.#readRows(`${name}_scale`, 0, 1);
    for (let i = 0; i < values.length; i++) values[i]! /= scales[isByRow ? Math.floor(i / rowNumbers) : 0]!;
    return values;
  }

  *#hubTensors(): Generator<[string, Rows]> {
    const { dModel, encoderLayers, decoderLayers } = this.sizes;
    const rows = (name: string, variable: string, part?: number): [string, Rows] => {
      const { shape } = this.#variable(variable);
      return part === undefined
        ? [name, { variable, fromRow: 0, shape }]
        : [name, { variable, fromRow: part * dModel, shape: [dModel, ...shape.slice(1)] }];
    };
    const both = function* (name: string, variable: string, part?: number) {
      yield rows(`${name}.weight`, `${variable}/weight`, part);
      // The keys' bias is there for the others' sake: Whisper has none.
      if (!name.endsWith(".k_proj")) yield rows(`${name}.bias`, `${variable}/bias`, part);
    };
    const norm = function* (name: string, variable: string) {
      yield rows(`${name}.weight`, `${variable}/gamma`);
      yield rows(`${name}.bias`, `${variable}/beta`);
    };
    yield* both("model.encoder.conv1", "encoder/conv1");
    yield* both("model.encoder.conv2", "encoder/conv2");
    for (const side of ["encoder", "decoder"] as const) {
      const positions = `${side}/position_encodings/encodings`;
      if (this.#variables.has(positions)) yield rows(`model.${side}.embed_positions.weight`, positions);
      yield* norm(`model.${side}.layer_norm`, `${side}/layer_norm`);
      for (let i = 0; i < (side === "encoder" ? encoderLayers : decoderLayers); i++) {
        const [layer, from] = [`model.${side}.layers.${i}`, `${side}/layer_${i}`];
        for (const [part, name] of ["q_proj", "k_proj", "v_proj"].entries())
          yield* both(`${layer}.self_attn.${name}`, `${from}/self_attention/linear_0`, part);
        yield* both(`${layer}.self_attn.out_proj`, `${from}/self_attention/linear_1`);
        yield* norm(`${layer}.self_attn_layer_norm`, `${from}/self_attention/layer_norm`);
        if (side === "decoder") {
          yield* both(`${layer}.encoder_attn.q_proj`, `${from}/attention/linear_0`);
          yield* both(`${layer}.encoder_attn.k_proj`, `${from}/attention/linear_1`, 0);
          yield* both(`${layer}.encoder_attn.v_proj`, `${from}/attention/linear_1`, 1);
          yield* both(`${layer}.encoder_attn.out_proj`, `${from}/attention/linear_2`);
          yield* norm(`${layer}.encoder_attn_layer_norm`, `${from}/attention/layer_norm`);
        }
        yield* both(`${layer}.fc1`, `${from}/ffn/linear_0`);
        yield* both(`${layer}.fc2`, `${from}/ffn/linear_1`);
        yield* norm(`${layer}.final_layer_norm`, `${from}/ffn/layer_norm`);
      }
    }
    yield rows("model.decoder.embed_tokens.weight", "decoder/embeddings/weight");
  }
}

/** Whether a file begins as CTranslate2's do; never throws for its contents. */
export function isCTranslate2(firstBytes: Buffer): boolean {
  // Version, length of the name with its final zero, name.
  return (
    firstBytes.length > 8 &&
    firstBytes.readUInt32LE(0) <= 100 &&
    /^[A-Z]\w+Spec\0/.test(firstBytes.toString("latin1", 6))
  );
}

function readVariables(reader: BinaryReader, file: string): Map<string, Variable> {
  const version = reader.u32();
  if (version > BINARY_VERSION) {
    const detail = `version ${version} of CTranslate2's file, known are those up to ${BINARY_VERSION}`;
    throw new MubblesError("MODEL_UNSUPPORTED", { where: file, detail });
  }
  const specification = readName(reader);
  if (specification !== SPECIFICATION) {
    const detail = `a ${specification} of CTranslate2, expected a ${SPECIFICATION}`;
    throw new MubblesError("MODEL_UNSUPPORTED", { where: file, detail });
  }
  reader.u32(); // Revision of the specification.
  const variables = new Map<string, Variable>();
  for (let left = reader.u32(); left > 0; left--) {
    const name = readName(reader);
    const shape = Array.from({ length: reader.u8() }, () => reader.u32());
    const type = TYPES[reader.u8()];
    const bytes = reader.u32();
    if (type === undefined) throw broken(file, `variable ${name} is of a type that is not known`);
    const expected = elementsOf(shape) * type.bytes;
    if (bytes !== expected) throw broken(file, `variable ${name}: expected ${expected} bytes, got ${bytes}`);
    variables.set(name, { shape, type, byteOffset: reader.position });
    reader.skip(bytes);
  }
  // Variables that are equal are stored once.
  for (let left = reader.isAtEnd ? 0 : reader.u32(); left > 0; left--) {
    const alias = readName(reader);
    const name = readName(reader);
    const variable = variables.get(name);
    if (variable === undefined) throw broken(file, `${alias} is said to be ${name}, which is missing`);
    variables.set(alias, variable);
    const scale = variables.get(`${name}_scale`);
    if (scale !== undefined) variables.set(`${alias}_scale`, scale);
  }
  return variables;
}

/** The length counts a final zero. */
function readName(reader: BinaryReader): string {
  const bytes = reader.u16();
  return reader
    .bytes(bytes)
    .subarray(0, bytes - 1)
    .toString("utf8");
}
