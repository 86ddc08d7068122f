/** Turns a checkpoint of the hub's layout into mubbles' own (checkpoint-layout.ts), tensor by tensor: memory stays far below the model's size. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { MubblesError } from "../errors.js";
import { makeFolder, outputError } from "../writing.js";
import { type Compute, LAYOUT_NAME, layoutOf } from "./checkpoint-layout.js";
import { bytesOf, dataOf, type OutputTensor, outputsOf } from "./converted-tensors.js";
import type { Moments } from "./moments.js";
import { BYTES_OF, Safetensors, WEIGHTS_FILE } from "./safetensors.js";
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
  /** For int8: what inputs the linears get, so that rounding errors cancel for such (moments.ts). Without: to nearest. */
  readonly moments?: Moments;
  /** Whether norms and rotations are folded into the weights; by default they are for int8 alone. */
  readonly isRotated?: boolean;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

export interface Converted {
  /** Size of the new weights file, and its SHA-256. */
  readonly bytes: number;
  readonly sha256: string;
}

const SIDE_FILES = ["config.json", "generation_config.json", "tokenizer.json"];

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
  { source: folder, compute, moments = new Map(), isRotated, onProgress, signal }: ConvertOptions,
): Promise<Converted> {
  const items = layoutOf(source, config, compute, isRotated);
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
      for (const bytes of dataOf(item, source, moments)) {
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
