/**
 * Reader of safetensors checkpoints, one file or sharded, without loading them: a tensor is read when it is asked for.
 * Format: https://huggingface.co/docs/safetensors (8-byte little-endian header length, JSON header, data).
 */
import { existsSync, fstatSync } from "node:fs";
import { join } from "node:path";
import { MubblesError } from "../errors.js";
import { type Checkpoint, elementsOf } from "./formats/checkpoint.js";
import { bfloat16ToFloat32, float16ToFloat32 } from "./half-floats.js";
import { broken, readFully, readText, withFile } from "./model-file.js";

export type TensorType = "F32" | "F16" | "BF16" | "I8" | "U8" | "I32" | "I64";

export interface TensorEntry {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  /** Where the tensor's bytes start in its file, and how many there are. */
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly file: string;
}

export const BYTES_OF: Readonly<Record<TensorType, number>> = {
  F32: 4,
  F16: 2,
  BF16: 2,
  I8: 1,
  U8: 1,
  I32: 4,
  I64: 8,
};
/** The file begins with the header's length, 64 bits. */
const LENGTH_BYTES = 8;
const METADATA_KEY = "__metadata__";
/** A header larger than this is no header: the format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;

/** Name of an unsharded checkpoint in its folder. */
export const WEIGHTS_FILE = "model.safetensors";
/** Name of the list of shards in the folder of a sharded one. */
export const WEIGHTS_INDEX = `${WEIGHTS_FILE}.index.json`;

/** A checkpoint on disk. Faults are MODEL_BROKEN with the file and what is wrong; a type not known is MODEL_UNSUPPORTED. */
export class Safetensors implements Checkpoint {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly files: readonly string[];

  private constructor(
    files: readonly string[],
    entries: ReadonlyMap<string, TensorEntry>,
    metadata: Readonly<Record<string, string>>,
  ) {
    this.files = files;
    this.entries = entries;
    this.metadata = metadata;
  }

  /** Opens FOLDER/model.safetensors, or all shards that FOLDER/model.safetensors.index.json lists. */
  static openFolder(folder: string): Safetensors {
    const single = join(folder, WEIGHTS_FILE);
    if (existsSync(single)) return Safetensors.openFiles([single]);
    const index = join(folder, WEIGHTS_INDEX);
    if (!existsSync(index))
      throw new MubblesError("MODEL_BROKEN", { where: folder, detail: "no model.safetensors in it" });
    return Safetensors.openFiles(shardsOf(index).map((name) => join(folder, name)));
  }

  static openFiles(files: readonly string[]): Safetensors {
    const entries = new Map<string, TensorEntry>();
    const metadata: Record<string, string> = {};
    for (const file of files) readHeader(file, entries, metadata);
    return new Safetensors(files, entries, metadata);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  entry(name: string): TensorEntry {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new MubblesError("MODEL_BROKEN", { detail: `tensor ${name} is missing` });
    return entry;
  }

  /** The tensor's raw bytes, in a buffer of their own. */
  readBytes(name: string): Uint8Array {
    const bytes = new Uint8Array(this.entry(name).byteLength);
    this.readInto(bytes, name);
    return bytes;
  }

  /** Fills `bytes` with the tensor's own, from a row on; no more than there are. */
  readInto(bytes: Uint8Array, name: string, fromRow = 0): void {
    const { dtype, file, shape, byteOffset } = this.entry(name);
    const rowBytes = elementsOf(shape.slice(1)) * BYTES_OF[dtype];
    withFile(file, (fd) => readFully(fd, file, bytes, byteOffset + fromRow * rowBytes));
  }

  shapeOf(name: string): readonly number[] {
    return this.entry(name).shape;
  }

  /** The tensor, or some of its rows, as float32 whatever it is stored as (F32, F16, BF16), row-major. */
  readFloats(name: string, fromRow = 0, toRow?: number): Float32Array {
    const { dtype, file, shape } = this.entry(name);
    const rowBytes = elementsOf(shape.slice(1)) * BYTES_OF[dtype];
    const bytes = new Uint8Array(((toRow ?? shape[0] ?? 1) - fromRow) * rowBytes);
    this.readInto(bytes, name, fromRow);
    const { buffer } = bytes;
    if (dtype === "F32") return new Float32Array(buffer);
    if (dtype === "F16") return float16ToFloat32(new Uint16Array(buffer));
    if (dtype === "BF16") return bfloat16ToFloat32(new Uint16Array(buffer));
    throw new MubblesError("MODEL_UNSUPPORTED", {
      where: file,
      detail: `tensor ${name} is ${dtype}, not F32, F16 or BF16`,
    });
  }
}

function shardsOf(index: string): string[] {
  const json = parsed(index, "the shard index", readText(index));
  const map = isRecord(json) ? json.weight_map : undefined;
  const shards = isRecord(map) ? [...new Set(Object.values(map))] : [];
  if (shards.length > 0 && shards.every((shard) => typeof shard === "string")) return shards;
  throw broken(index, "expected a weight_map from tensors to files");
}

function readHeader(file: string, entries: Map<string, TensorEntry>, metadata: Record<string, string>): void {
  withFile(file, (fd) => {
    const { size } = fstatSync(fd);
    if (size < LENGTH_BYTES) throw broken(file, `${size} bytes are too few`);
    const prefix = new Uint8Array(LENGTH_BYTES);
    readFully(fd, file, prefix, 0);
    const headerBytes = Number(new DataView(prefix.buffer).getBigUint64(0, true));
    if (headerBytes > Math.min(size - LENGTH_BYTES, MAX_HEADER_BYTES))
      throw broken(file, `its header claims ${headerBytes} bytes of ${size}`);
    const text = Buffer.alloc(headerBytes);
    readFully(fd, file, text, LENGTH_BYTES);
    const header = parsed(file, "its header", text.toString("utf8"));
    if (!isRecord(header)) throw broken(file, "its header is no JSON object");
    for (const [name, value] of Object.entries(header)) {
      if (name === METADATA_KEY) Object.assign(metadata, checkedMetadata(value, file));
      else entries.set(name, checkedEntry(name, value, file, LENGTH_BYTES + headerBytes, size));
    }
  });
}

function checkedMetadata(value: unknown, file: string): Record<string, string> {
  if (isRecord(value) && Object.values(value).every((text) => typeof text === "string"))
    return value as Record<string, string>;
  throw broken(file, `its ${METADATA_KEY} is no map of texts`);
}

function checkedEntry(
  name: string,
  value: unknown,
  file: string,
  dataStart: number,
  fileBytes: number,
): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (typeof dtype !== "string" || !isListOfCounts(shape) || !isListOfCounts(offsets) || offsets.length !== 2)
    throw broken(file, `tensor ${name}: expected dtype, shape and two data_offsets`);
  if (!Object.hasOwn(BYTES_OF, dtype))
    throw new MubblesError("MODEL_UNSUPPORTED", { where: file, detail: `tensor ${name} has type ${dtype}` });
  const type = dtype as TensorType;
  const [start, end] = offsets as [number, number];
  const expected = shape.reduce((product, n) => product * n, BYTES_OF[type]);
  if (end - start !== expected)
    throw broken(file, `tensor ${name}: expected ${expected} bytes, got ${end - start}`);
  if (dataStart + end > fileBytes)
    throw broken(file, `cut short: tensor ${name} ends at ${dataStart + end} of ${fileBytes} bytes`);
  return { dtype: type, shape, byteOffset: dataStart + start, byteLength: expected, file };
}

function parsed(file: string, what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw broken(file, `${what} is no JSON`, cause);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
