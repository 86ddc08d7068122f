/** One file of the hub onto the disk: resumed where an earlier attempt, or process, ended, and under its name only when it is right. */
import { existsSync, statSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { MubblesError } from "../../errors.js";
import { outputError } from "../../writing.js";
import { type ContentHash, hashOfFile } from "./content-hash.js";
import { type HubClient, type HubResponse, networkReason } from "./hub-client.js";
import { Again, type Retrying, retrying } from "./retry.js";

export interface RemoteFile {
  readonly name: string;
  /** Below the hub's address. */
  readonly path: string;
  /** undefined where the server does not say. */
  readonly bytes: number | undefined;
  readonly hash: ContentHash | undefined;
}

interface DownloadOptions extends Retrying {
  /** Bytes of this file that are on the disk; falls where something has to be fetched again. */
  readonly onProgress?: (doneBytes: number) => void;
}

/** What was not finished is called so, after the file's name and its hash. */
export const PARTIAL_ENDING = ".part";
/** An attempt that brought as much has been worth it. */
const PROGRESS_BYTES = 1 << 20;
/** Once may be an accident on the way. */
const MAX_WRONG = 2;

/** DOWNLOAD_FAILED, DOWNLOAD_CORRUPT, MODEL_NOT_FOUND, MODEL_ACCESS_DENIED, or what the disk fails with. */
export async function downloadFile(
  client: HubClient,
  file: RemoteFile,
  destination: string,
  options: DownloadOptions,
): Promise<void> {
  const { signal, onProgress } = options;
  if (existsSync(destination)) {
    if (await isRight(destination, file, signal)) {
      onProgress?.(statSync(destination).size);
      return;
    }
    await rm(destination);
  }
  const partial = partialName(destination, file);
  // Nothing says that the beginning and the rest would be of one file.
  if (file.hash === undefined) await rm(partial, { force: true });
  let wrong = 0;
  let mostBytes = sizeOf(partial);
  await retrying(`${client.endpoint}${file.path}`, options, async () => {
    const unfinished = await fetchRest(client, file, partial, options);
    if (unfinished !== undefined) {
      // Counted from the most there ever was: a server without ranges that breaks off again and again brings nothing new.
      const hasProgress = sizeOf(partial) - mostBytes >= PROGRESS_BYTES;
      if (hasProgress) mostBytes = sizeOf(partial);
      return new Again(unfinished.reason, { ...unfinished.more, hasProgress });
    }
    if (await isRight(partial, file, signal)) return undefined;
    await rm(partial, { force: true });
    onProgress?.(0);
    wrong += 1;
    mostBytes = 0;
    const where = `${client.endpoint}${file.path}`;
    if (wrong >= MAX_WRONG)
      throw new MubblesError("DOWNLOAD_CORRUPT", { where, detail: expectedOf(file, wrong) });
    return new Again("the content is not what the hub announces");
  });
  await rename(partial, destination).catch((thrown) => {
    throw outputError(destination, thrown);
  });
}

/** Where a file lies until all of it is there: what another version left is not taken for its beginning. */
function partialName(destination: string, { hash }: RemoteFile): string {
  return `${destination}.${hash?.hex.slice(0, 16) ?? "unknown"}${PARTIAL_ENDING}`;
}

/** Bytes of a file that need not be fetched again. */
export function heldBytes(destination: string, file: RemoteFile): number {
  return sizeOf(destination) || (file.hash === undefined ? 0 : sizeOf(partialName(destination, file)));
}

/** Whether a file on the disk is the one that the hub means, as far as it says so. */
async function isRight(path: string, { bytes, hash }: RemoteFile, signal: AbortSignal): Promise<boolean> {
  if (bytes !== undefined && statSync(path).size !== bytes) return false;
  return hash === undefined || (await hashOfFile(path, hash.algorithm, signal)) === hash.hex;
}

/** Appends to the partial file what it lacks; undefined when the server says that this is all. */
async function fetchRest(
  client: HubClient,
  remote: RemoteFile,
  partial: string,
  { signal, onProgress }: DownloadOptions,
): Promise<Again | undefined> {
  const held = sizeOf(partial);
  if (remote.bytes !== undefined && held >= remote.bytes && held > 0) return undefined;
  const response = await client.request(remote.path, {
    signal,
    headers: held > 0 ? { range: `bytes=${held}-` } : {},
  });
  if (response instanceof Again) return response;
  const start = startOf(response, held);
  if (start === undefined) {
    await discard(response);
    if (response.status === 404) throw notThere(client, remote);
    await rm(partial, { force: true });
    return new Again(`HTTP ${response.status}, expected the file or the rest of it`);
  }
  const file = await open(partial, start === 0 ? "w" : "r+").catch((thrown) => {
    throw outputError(partial, thrown);
  });
  try {
    const end = await writeBody(response, file, start, remote, { signal, onProgress });
    await file.sync();
    return end;
  } catch (thrown) {
    throw thrown instanceof MubblesError || signal.aborted ? thrown : outputError(partial, thrown);
  } finally {
    await file.close();
  }
}

/** Where the body belongs in the file: it may be all of it, whatever was asked for. undefined: nowhere. */
function startOf({ status, headers }: HubResponse, held: number): number | undefined {
  if (status === 200) return 0;
  if (status !== 206) return undefined;
  const first = /^bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1];
  return first !== undefined && Number(first) === held ? held : undefined;
}

async function writeBody(
  { body }: HubResponse,
  file: FileHandle,
  start: number,
  { bytes = Number.POSITIVE_INFINITY }: RemoteFile,
  { signal, onProgress }: { signal: AbortSignal; onProgress: ((doneBytes: number) => void) | undefined },
): Promise<Again | undefined> {
  let at = start;
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  for (;;) {
    let piece: IteratorResult<Uint8Array>;
    try {
      piece = await pieces.next();
    } catch (thrown) {
      signal.throwIfAborted();
      return new Again(networkReason(thrown), { cause: thrown });
    }
    if (piece.done) break;
    const chunk = piece.value;
    for (let written = 0; written < chunk.length; ) {
      written += (await file.write(chunk, written, chunk.length - written, at + written)).bytesWritten;
    }
    at += chunk.length;
    onProgress?.(at);
    if (at > bytes) {
      // More than the file has: the hash will say that it is another one.
      body.destroy();
      break;
    }
  }
  await file.truncate(at);
  const isAll = at >= bytes || !Number.isFinite(bytes);
  return isAll ? undefined : new Again(`the answer ended after ${at} of ${bytes} bytes`);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function discard({ body }: HubResponse): Promise<void> {
  await body.dump().catch(() => {});
}

function notThere(client: HubClient, { path }: RemoteFile): MubblesError {
  return new MubblesError("MODEL_NOT_FOUND", { where: `${client.endpoint}${path}`, detail: "HTTP 404" });
}

function expectedOf({ bytes, hash }: RemoteFile, times: number): string {
  return `${times} times other content than announced: expected ${bytes ?? "?"} bytes, ${hash?.algorithm} ${hash?.hex}`;
}
