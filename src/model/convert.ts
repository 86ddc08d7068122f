/** Turns a checkpoint of the hub's layout into mubbles' own (checkpoint-layout.ts), tensor by tensor: memory stays far below the model's size. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { MubblesError } from "../errors.js";
import { makeFolder, outputError } from "../writing.js";
import { type Compute, type Item, LAYOUT_NAME, layoutOf } from "./checkpoint-layout.js";
import { float32ToFloat16 } from "./half-floats.js";
import { quantisePerOutput, transpose } from "./quantise.js";
import { BYTES_OF, Safetensors, type TensorType, WEIGHTS_FILE } from "./safetensors.js";
import {
  loadTokenizer,
  makeTextTokens,
  TEXT_BYTES,
  TEXT_OFFSETS,
  textTokensMetadata,
} from "./text-tokens.js";
import { readWhisperConfig, type WhisperConfig } from "./whisper-config.js";

export interface ConvertOptions {
  /** Folder with model.safetensors (or shards), config.json, tokenizer.json, as the hub serves it. */
  readonly source: string;
  /** Folder to make; converted weights that stand there already are replaced at the end. */
  readonly destination: string;
  readonly compute: Compute;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

export interface Converted {
  /** Size of the new weights file, and its SHA-256. */
  readonly bytes: number;
  readonly sha256: string;
}

const SIDE_FILES = ["config.json", "generation_config.json", "tokenizer.json"];

interface OutputTensor {
  readonly name: string;
  readonly dtype: TensorType;
  readonly shape: readonly number[];
}

/** Nothing half-made is left behind: files appear under their names when all are complete. */
export async function convertModel(options: ConvertOptions): Promise<Converted> {
  const { source: folder, destination } = options;
  if (!existsSync(folder)) throw new MubblesError("MODEL_NOT_FOUND", { where: folder });
  if (!mayReplace(destination)) {
    throw new MubblesError("USAGE", {
      where: destination,
      detail: "expected a folder without weights, or with converted ones",
    });
  }
  const config = readWhisperConfig(folder);
  const source = Safetensors.openFolder(folder);
  if (source.metadata.format === LAYOUT_NAME) {
    throw new MubblesError("MODEL_UNSUPPORTED", {
      where: folder,
      detail: "already converted; convert the original",
    });
  }
  const staging = `${destination}.part-${process.pid}`;
  await makeFolder(staging);
  try {
    const converted = await writeWeights(join(staging, WEIGHTS_FILE), source, config, options);
    for (const name of SIDE_FILES) {
      if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(staging, name));
    }
    replaceFiles(staging, destination);
    return converted;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Other files that stand at the destination, a model card say, stay. The weights come last: without them it is no model. */
function replaceFiles(staging: string, destination: string): void {
  if (!existsSync(destination)) {
    renameSync(staging, destination);
    return;
  }
  for (const name of [...SIDE_FILES, WEIGHTS_FILE]) {
    if (existsSync(join(staging, name))) renameSync(join(staging, name), join(destination, name));
  }
}

/** Whether nothing is lost: no weights stand there, or they have been converted before. */
function mayReplace(destination: string): boolean {
  if (!existsSync(destination)) return true;
  if (!statSync(destination).isDirectory()) return false;
  if (!existsSync(join(destination, WEIGHTS_FILE))) return true;
  return Safetensors.openFolder(destination).metadata.format === LAYOUT_NAME;
}

async function writeWeights(
  path: string,
  source: Safetensors,
  config: WhisperConfig,
  { source: folder, compute, onProgress, signal }: ConvertOptions,
): Promise<Converted> {
  const items = layoutOf(source, config, compute);
  const text = makeTextTokens(loadTokenizer(folder), config.endToken);
  const tensors: OutputTensor[] = [
    ...items.flatMap((item) => outputsOf(item, source)),
    { name: TEXT_OFFSETS, dtype: "I32", shape: [text.offsets.length] },
    { name: TEXT_BYTES, dtype: "U8", shape: [text.bytes.length] },
  ];
  const header = encodeHeader(tensors, { format: LAYOUT_NAME, compute, ...textTokensMetadata(text) });
  const totalBytes = header.length + tensors.reduce((sum, tensor) => sum + byteLengthOf(tensor), 0);
  const hash = createHash("sha256");
  const file = await open(path, "wx");
  let doneBytes = 0;
  const write = async (bytes: Uint8Array) => {
    await writeAll(file, bytes).catch((thrown) => {
      throw outputError(path, thrown);
    });
    hash.update(bytes);
    doneBytes += bytes.length;
    onProgress?.(doneBytes, totalBytes);
  };
  try {
    await write(header);
    for (const item of items) {
      for (const bytes of dataOf(item, source)) {
        signal?.throwIfAborted();
        await write(bytes);
      }
    }
    await write(bytesOf(text.offsets));
    await write(text.bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  if (statSync(path).size !== totalBytes)
    throw new MubblesError("INTERNAL", { where: path, detail: "size differs from plan" });
  return { bytes: totalBytes, sha256: hash.digest("hex") };
}

/** The tensors an item becomes. Must agree with dataOf, entry by entry. */
function outputsOf(item: Item, source: Safetensors): OutputTensor[] {
  if (item.kind === "floats") {
    return [{ name: item.name, dtype: floatType(item.storage), shape: source.entry(item.source).shape }];
  }
  const weights = item.kind === "linear" ? item.sources.map((name) => `${name}.weight`) : [item.source];
  const shapes = weights.map((name) => source.entry(name).shape as [number, number]);
  const inputs = shapes[0]![1];
  const outputs = shapes.reduce((sum, [rows]) => sum + rows, 0);
  const weight = `${item.name}.weight`;
  const result: OutputTensor[] = [];
  if (item.storage === "int8") {
    result.push({ name: weight, dtype: "I8", shape: [inputs, outputs] });
    result.push({ name: `${item.name}.scale`, dtype: "F32", shape: [outputs] });
  } else {
    // The embedding stays [vocabulary, width], because its rows are looked up.
    const shape = item.kind === "embedding" ? [outputs, inputs] : [inputs, outputs];
    result.push({ name: weight, dtype: floatType(item.storage), shape });
  }
  if (item.kind === "linear" && item.sources.some((name) => source.has(`${name}.bias`))) {
    result.push({
      name: `${item.name}.bias`,
      dtype: item.storage === "f16" ? "F16" : "F32",
      shape: [outputs],
    });
  }
  return result;
}

function* dataOf(item: Item, source: Safetensors): Generator<Uint8Array> {
  if (item.kind === "floats") {
    yield floatBytes(source.readFloats(item.source), item.storage);
    return;
  }
  const sources = item.kind === "linear" ? item.sources : [];
  const parts =
    item.kind === "linear"
      ? sources.map((name) => source.readFloats(`${name}.weight`))
      : [source.readFloats(item.source)];
  const weight = joined(parts);
  const outputs = outputsOf(item, source);
  const [first] = outputs;
  if (item.storage === "int8") {
    const { values, scales } = quantisePerOutput(weight, first!.shape[1]!);
    yield bytesOf(values);
    yield bytesOf(scales);
  } else {
    yield floatBytes(item.kind === "embedding" ? weight : transpose(weight, first!.shape[1]!), item.storage);
  }
  if (outputs.at(-1)!.name.endsWith(".bias")) {
    // Whisper's key projections have no bias: zeros stand in where projections are fused.
    const biases = sources.map((name, i) =>
      source.has(`${name}.bias`)
        ? source.readFloats(`${name}.bias`)
        : new Float32Array(parts[i]!.length / source.entry(`${name}.weight`).shape[1]!),
    );
    yield floatBytes(joined(biases), item.storage === "f16" ? "f16" : "f32");
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function floatType(storage: "f16" | "f32"): TensorType {
  return storage === "f16" ? "F16" : "F32";
}

function floatBytes(values: Float32Array, storage: "f16" | "f32"): Uint8Array {
  return bytesOf(storage === "f16" ? float32ToFloat16(values) : values);
}

function bytesOf(array: Float32Array | Int8Array | Int32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function byteLengthOf({ dtype, shape }: OutputTensor): number {
  return shape.reduce((product, n) => product * n, BYTES_OF[dtype]);
}

function encodeHeader(tensors: readonly OutputTensor[], metadata: Record<string, string>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const tensor of tensors) {
    const end = at + byteLengthOf(tensor);
    header[tensor.name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [at, end] };
    at = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Data starts at a multiple of 64 bytes, so that mapped weights are aligned for vector loads.
  const padded = Buffer.alloc(8 + Math.ceil((json.length + 8) / 64) * 64 - 8, " ");
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  return padded;
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}
