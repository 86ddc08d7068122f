/**
 * Reader of safetensors checkpoints, one file or sharded, without loading them: a tensor is read when it is asked for.
 * Format: https://huggingface.co/docs/safetensors (8-byte little-endian header length, JSON header, data).
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { MubblesError } from "../errors.js";
import { bfloat16ToFloat32, float16ToFloat32 } from "./half-floats.js";

export type TensorType = "F32" | "F16" | "BF16" | "I8" | "U8" | "I32" | "I64";

export interface TensorEntry {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  /** Where the tensor's bytes start in its file, and how many there are. */
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly file: string;
}

interface RawHeader {
  [name: string]: { dtype: string; shape: number[]; data_offsets: [number, number] } | Record<string, string>;
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
/** A header larger than this is no header: the format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;

/** A checkpoint on disk. Every structural fault is MODEL_BROKEN with the file and what is wrong. */
export class Safetensors {
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
    const single = join(folder, "model.safetensors");
    if (existsSync(single)) return Safetensors.openFiles([single]);
    const index = join(folder, "model.safetensors.index.json");
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
    const { file, byteOffset, byteLength } = this.entry(name);
    const bytes = new Uint8Array(byteLength);
    const fd = openSync(file, "r");
    try {
      for (let at = 0; at < byteLength; ) {
        const read = readSync(fd, bytes, at, byteLength - at, byteOffset + at);
        if (read === 0)
          throw new MubblesError("MODEL_BROKEN", { where: file, detail: "the file became shorter" });
        at += read;
      }
    } finally {
      closeSync(fd);
    }
    return bytes;
  }

  /** The tensor as float32 whatever it is stored as (F32, F16, BF16), row-major. */
  readFloats(name: string): Float32Array {
    const { dtype, file } = this.entry(name);
    const { buffer } = this.readBytes(name);
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
  try {
    const { weight_map: map } = JSON.parse(readFileSync(index, "utf8")) as {
      weight_map: Record<string, string>;
    };
    return [...new Set(Object.values(map))];
  } catch (cause) {
    throw new MubblesError("MODEL_BROKEN", { where: index, detail: "not a readable shard index", cause });
  }
}

function readHeader(file: string, entries: Map<string, TensorEntry>, metadata: Record<string, string>): void {
  const broken = (detail: string, cause?: unknown) =>
    new MubblesError("MODEL_BROKEN", { where: file, detail, cause });
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch (cause) {
    throw broken("cannot be opened", cause);
  }
  try {
    const { size } = fstatSync(fd);
    const prefix = new Uint8Array(8);
    if (readSync(fd, prefix, 0, 8, 0) !== 8) throw broken(`${size} bytes are too few`);
    const headerBytes = Number(new DataView(prefix.buffer).getBigUint64(0, true));
    if (headerBytes > Math.min(size - 8, MAX_HEADER_BYTES))
      throw broken(`its header claims ${headerBytes} bytes of ${size}`);
    const text = Buffer.alloc(headerBytes);
    readSync(fd, text, 0, headerBytes, 8);
    let header: RawHeader;
    try {
      header = JSON.parse(text.toString("utf8")) as RawHeader;
    } catch (cause) {
      throw broken("its header is no JSON", cause);
    }
    for (const [name, value] of Object.entries(header)) {
      if (name === "__metadata__") {
        Object.assign(metadata, value);
        continue;
      }
      entries.set(name, checkedEntry(name, value as never, file, 8 + headerBytes, size, broken));
    }
  } finally {
    closeSync(fd);
  }
}

function checkedEntry(
  name: string,
  { dtype, shape, data_offsets: offsets }: { dtype: string; shape: number[]; data_offsets: [number, number] },
  file: string,
  dataStart: number,
  fileBytes: number,
  broken: (detail: string) => MubblesError,
): TensorEntry {
  const size = BYTES_OF[dtype as TensorType];
  if (size === undefined)
    throw new MubblesError("MODEL_UNSUPPORTED", { where: file, detail: `tensor ${name} has type ${dtype}` });
  const [start, end] = offsets;
  const expected = shape.reduce((product, n) => product * n, size);
  if (end - start !== expected)
    throw broken(`tensor ${name}: expected ${expected} bytes, got ${end - start}`);
  if (dataStart + end > fileBytes)
    throw broken(`cut short: tensor ${name} ends at ${dataStart + end} of ${fileBytes} bytes`);
  return { dtype: dtype as TensorType, shape, byteOffset: dataStart + start, byteLength: expected, file };
}
