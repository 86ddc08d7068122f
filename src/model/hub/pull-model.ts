/** A model of the hub onto this machine: found in the hub's own cache, or downloaded; then converted once. */
import { statSync } from "node:fs";
import { rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { MubblesError } from "../../errors.js";
import { makeFolder } from "../../writing.js";
import type { Compute } from "../compute-type.js";
import { convertModel } from "../convert.js";
import { folderNameOf, knownModel, repositoryOf } from "../known-models.js";
import { addToRecord } from "../model-record.js";
import { cacheFolder, convertedFolder, resolveModel, type StoredModel, storedModel } from "../model-store.js";
import { downloadFile, heldBytes, type RemoteFile } from "./download-file.js";
import { LOCK_ENDING, withLock } from "./file-lock.js";
import { findInHubCache } from "./hub-cache.js";
import { HUB_TIMEOUTS, HubClient, type HubTimeouts } from "./hub-client.js";
import type { HubSettings } from "./hub-settings.js";
import { type HubRepository, listRepository } from "./repository-files.js";
import { RETRY_RULES, type Retrying, type RetryRules } from "./retry.js";

/** What whoever waits for a model may want to see. */
export type PullEvent =
  | { readonly type: "waiting"; readonly processId: number }
  | { readonly type: "download"; readonly doneBytes: number; readonly totalBytes: number | undefined }
  | { readonly type: "retry"; readonly reason: string; readonly waitSeconds: number }
  | { readonly type: "convert"; readonly doneBytes: number; readonly totalBytes: number };

export interface PullOptions {
  /** A known name, or `owner/name` of the hub. */
  readonly name: string;
  readonly compute: Compute;
  readonly settings: HubSettings;
  /** Also where the model is here already. */
  readonly isForced?: boolean;
  /** What was downloaded stays beside what is made of it. */
  readonly keepsOriginal?: boolean;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: PullEvent) => void;
  readonly retryRules?: RetryRules;
  readonly timeouts?: HubTimeouts;
}

interface Source {
  readonly folder: string;
  readonly from: Pick<HubRepository, "repository" | "commit" | "licence">;
  readonly isDownloaded: boolean;
}

/** Two processes that want the same model do it once: the second one waits for the first. All codes of MODEL_… and DOWNLOAD_…. */
export async function pullModel(options: PullOptions): Promise<StoredModel> {
  const { name, compute, isForced = false, signal, onEvent } = options;
  const repository = repositoryOf(name);
  if (repository === undefined)
    throw new MubblesError("MODEL_NOT_FOUND", { where: name, detail: "no name of the hub's" });
  const here = isForced ? undefined : storedModel(name, compute);
  if (here !== undefined) return here;
  await makeFolder(downloadsFolder());
  const lock = join(downloadsFolder(), `${folderNameOf(name)}${LOCK_ENDING}`);
  let hasWaited = false;
  const onWait = (processId: number) => {
    hasWaited = true;
    onEvent?.({ type: "waiting", processId });
  };
  return await withLock(lock, { signal, onWait }, async () => {
    const made = isForced && !hasWaited ? undefined : storedModel(name, compute);
    if (made !== undefined) return made;
    const source = await findSource(options, repository);
    const destination = await convert(source, options);
    if (source.isDownloaded && !options.keepsOriginal) await rm(source.folder, { recursive: true });
    return await resolveModel(destination, compute);
  });
}

/** Where originals lie until they are converted. */
export function downloadsFolder(): string {
  return join(cacheFolder(), "downloads");
}

async function findSource(options: PullOptions, repository: string): Promise<Source> {
  const { name, settings } = options;
  const cached = findInHubCache(settings.cacheFolder, repository);
  if (cached !== undefined) {
    const from = { repository, commit: undefined, licence: undefined };
    return { folder: cached, from, isDownloaded: false };
  }
  const folder = join(downloadsFolder(), folderNameOf(name));
  if (settings.isOffline) throw new MubblesError("MODEL_NOT_HERE", { where: name, detail: "offline" });
  return { folder, from: await download(options, repository, folder), isDownloaded: true };
}

async function download(options: PullOptions, repository: string, folder: string): Promise<HubRepository> {
  const { settings, signal, onEvent } = options;
  const client = new HubClient(settings, options.timeouts ?? HUB_TIMEOUTS);
  const how: Retrying = {
    rules: options.retryRules ?? RETRY_RULES,
    signal,
    onWait: (reason, waitMs) => onEvent?.({ type: "retry", reason, waitSeconds: waitMs / 1000 }),
  };
  try {
    const found = await listRepository(client, repository, how);
    await makeFolder(folder);
    await checkSpace(folder, found.files, options.compute);
    const totalBytes = sum(found.files.map(({ bytes }) => bytes ?? Number.NaN));
    let doneBefore = 0;
    for (const file of found.files) {
      const onProgress = (bytes: number) =>
        onEvent?.({
          type: "download",
          doneBytes: doneBefore + bytes,
          totalBytes: Number.isNaN(totalBytes) ? undefined : totalBytes,
        });
      const destination = join(folder, file.name);
      await downloadFile(client, file, destination, { ...how, onProgress });
      doneBefore += statSync(destination).size;
    }
    return found;
  } finally {
    await client.close();
  }
}

/** What is missing of the originals and what is made of them must both find room. DISK_TOO_SMALL. */
async function checkSpace(folder: string, files: readonly RemoteFile[], compute: Compute): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const missing = files.map((file) =>
    Math.max(0, (file.bytes ?? 0) - heldBytes(join(folder, file.name), file)),
  );
  const downloaded = sum(missing);
  // Originals may be of half or single precision: as if half, where single is wanted.
  const converted = sum(files.map(({ bytes }) => bytes ?? 0)) * (compute === "fp32" ? 2 : 1);
  const freeBytes = bavail * bsize;
  if (downloaded + converted <= freeBytes) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  throw new MubblesError("DISK_TOO_SMALL", {
    where: folder,
    detail: `expected ${gigabytes(downloaded + converted)}, got ${gigabytes(freeBytes)}`,
  });
}

/** The new folder. */
async function convert({ folder, from }: Source, options: PullOptions): Promise<string> {
  const { name, compute, signal, onEvent } = options;
  const destination = join(convertedFolder(), `${folderNameOf(name)}-${compute}`);
  const { sha256 } = await convertModel({
    source: folder,
    destination,
    compute,
    signal,
    onProgress: (doneBytes, totalBytes) => onEvent?.({ type: "convert", doneBytes, totalBytes }),
  });
  const licence = from.licence ?? knownModel(name)?.licence;
  addToRecord(destination, {
    sha256,
    source: from.repository,
    ...(from.commit === undefined ? {} : { commit: from.commit }),
    ...(licence === undefined ? {} : { licence }),
  });
  return destination;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
