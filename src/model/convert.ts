/** Turns a checkpoint into mubbles' own (checkpoint-layout.ts), tensor by tensor: memory stays far below the model's size. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MubblesError } from "../errors.js";
import { makeFolder, outputError } from "../writing.js";
import { layoutOf } from "./checkpoint-layout.js";
import { type Compute, isConverted, LAYOUT_NAME, STAGING } from "./compute-type.js";
import { bytesOf, dataOf, type OutputTensor, outputsOf } from "./converted-tensors.js";
import type { Checkpoint } from "./formats/checkpoint.js";
import { CTRANSLATE2_FILE, openSource } from "./formats/open-source.js";
import { isRunning } from "./hub/file-lock.js";
import { makeTextTokens, parseTokenizer } from "./hub-tokenizer.js";
import { readRecord } from "./model-record.js";
import type { Moments } from "./moments.js";
import { BYTES_OF, Safetensors, WEIGHTS_FILE, WEIGHTS_INDEX } from "./safetensors.js";
import { TEXT_BYTES, TEXT_OFFSETS, textTokensMetadata } from "./text-tokens.js";
import { parseWhisperConfig } from "./whisper-config.js";

export interface ConvertOptions {
  /** What formats/open-source.ts opens: a folder of the hub, one of CTranslate2, a ggml file. */
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

/** Nothing half-made is left behind: files appear under their names when all are complete. */
export async function convertModel(options: ConvertOptions): Promise<Converted> {
  const { source: from, destination } = options;
  const source = openSource(from);
  if (!mayReplace(destination)) {
    throw new MubblesError("USAGE", {
      where: destination,
      detail: "expected a folder without weights, or with converted ones",
    });
  }
  removeAbandoned(destination);
  const staging = `${destination}${STAGING}${process.pid}`;
  await makeFolder(staging);
  try {
    const sideFiles = source.readSideFiles();
    const converted = await writeWeights(join(staging, WEIGHTS_FILE), source.checkpoint, sideFiles, options);
    try {
      for (const [name, text] of sideFiles) writeFileSync(join(staging, name), text);
      replaceFiles(staging, destination);
    } catch (thrown) {
      throw outputError(destination, thrown);
    }
    return converted;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** What processes left behind that were killed while they converted to the same place. */
function removeAbandoned(destination: string): void {
  const folder = dirname(destination);
  if (!existsSync(folder)) return;
  const start = `${basename(destination)}${STAGING}`;
  for (const name of readdirSync(folder)) {
    const owner = name.startsWith(start) ? name.slice(start.length) : "";
    // A name that is no number is somebody else's. Our own is that of a process before us: in containers all have the same.
    if (/^\d+$/.test(owner) && (Number(owner) === process.pid || !isRunning(Number(owner))))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Other files that stand at the destination, a model card say, stay. The weights come last: without them it is no model. */
function replaceFiles(staging: string, destination: string): void {
  if (!existsSync(destination)) {
    renameSync(staging, destination);
    return;
  }
  const names = readdirSync(staging).sort((a, b) => Number(a === WEIGHTS_FILE) - Number(b === WEIGHTS_FILE));
  for (const name of names) renameSync(join(staging, name), join(destination, name));
}

/** Whether nothing is lost: no weights stand there, or they have been converted before, though they may be damaged since. */
function mayReplace(destination: string): boolean {
  if (!existsSync(destination)) return true;
  if (!statSync(destination).isDirectory()) return false;
  if (!existsSync(join(destination, WEIGHTS_FILE)))
    return ![WEIGHTS_INDEX, CTRANSLATE2_FILE].some((name) => existsSync(join(destination, name)));
  if (readRecord(destination).sha256 !== undefined) return true;
  return isConverted(Safetensors.openFolder(destination).metadata);
}

async function writeWeights(
  path: string,
  source: Checkpoint,
  sideFiles: ReadonlyMap<string, string>,
  { source: from, compute, moments = new Map(), isRotated, onProgress, signal }: ConvertOptions,
): Promise<Converted> {
  const config = parseWhisperConfig(
    from,
    sideFiles.get("config.json"),
    sideFiles.get("generation_config.json"),
  );
  const items = layoutOf(source, config, compute, isRotated);
  const text = makeTextTokens(parseTokenizer(sideFiles.get("tokenizer.json") ?? "", from), config.endToken);
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
