/** What is known of a session when it begins: meta.json in its folder. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { MubblesError } from "../errors.js";
import { hashOfFile } from "../model/hub/content-hash.js";
import { resolveModel } from "../model/model-store.js";
import { WEIGHTS_FILE } from "../model/safetensors.js";
import type { ListenOptions } from "../pipeline/live/listen-options.js";
import { packageVersion } from "../version.js";

export const META_FILE = "meta.json";
export const SESSION_FORMAT = "mubbles session";
/** Goes up when older programs cannot read what newer ones write. */
const FORMAT_VERSION = 1;

export interface ModelIdentity {
  /** As it was asked for. */
  readonly name: string;
  readonly folder: string;
  readonly compute: string;
  /** SHA-256 of the weights, hexadecimal; undefined where the session ended before it was known. */
  readonly sha256?: string | undefined;
}

export interface SessionMeta {
  readonly format: typeof SESSION_FORMAT;
  readonly formatVersion: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly versions: { readonly mubbles: string; readonly node: string };
  readonly platform: string;
  readonly options: ListenOptions;
  readonly model: ModelIdentity;
  readonly previewModel?: ModelIdentity | undefined;
}

export async function describeSession(options: ListenOptions, startedAt: string): Promise<SessionMeta> {
  const { engine, previewModel } = options;
  return {
    format: SESSION_FORMAT,
    formatVersion: FORMAT_VERSION,
    startedAt,
    versions: { mubbles: packageVersion(), node: process.version },
    platform: platformNow(),
    options,
    model: await identify(engine.model, engine.compute),
    previewModel: previewModel === undefined ? undefined : await identify(previewModel, undefined),
  };
}

/** Sums of floating-point numbers may differ by processor. */
export function platformNow(): string {
  return `${process.platform} ${process.arch} ${cpus()[0]?.model.trim() ?? ""}`.trim();
}

/** The same with the hashes of the models, which take a while. */
export async function withHashes(meta: SessionMeta): Promise<SessionMeta> {
  const { model, previewModel } = meta;
  return {
    ...meta,
    model: await withHash(model),
    previewModel: previewModel === undefined ? undefined : await withHash(previewModel),
  };
}

/** Takes the place of what is there in one piece. `flush`: also where the power goes; the disk may take seconds for that. */
export async function writeMeta(
  folder: string,
  meta: SessionMeta,
  { flush }: { readonly flush: boolean },
): Promise<void> {
  const path = join(folder, META_FILE);
  // JSON has no Infinity: a model that is never released has none.
  await writeFile(`${path}.new`, `${JSON.stringify(meta, null, 2)}\n`, { mode: 0o600, flush });
  await rename(`${path}.new`, path);
}

/** Throws INPUT_UNRECOGNISED where it is not the description of a session that this program can read. */
export async function readMeta(folder: string): Promise<SessionMeta> {
  const path = join(folder, META_FILE);
  let meta: SessionMeta;
  try {
    meta = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new MubblesError("INPUT_UNRECOGNISED", { where: folder, detail: "no session of mubbles", cause });
  }
  if (meta.format !== SESSION_FORMAT || meta.formatVersion > FORMAT_VERSION) {
    const detail = `session format ${meta.formatVersion}, this program reads up to ${FORMAT_VERSION}`;
    throw new MubblesError("INPUT_UNRECOGNISED", { where: folder, detail });
  }
  const unloadAfterSeconds = meta.options.unloadAfterSeconds ?? Number.POSITIVE_INFINITY;
  return { ...meta, options: { ...meta.options, unloadAfterSeconds } };
}

/** SHA-256 of a model's weights, hexadecimal. */
export async function hashOfModel(folder: string): Promise<string> {
  return await hashOfFile(join(folder, WEIGHTS_FILE), "sha256");
}

async function identify(name: string, compute: Parameters<typeof resolveModel>[1]): Promise<ModelIdentity> {
  const model = await resolveModel(name, compute);
  return { name, folder: model.folder, compute: model.compute };
}

async function withHash(model: ModelIdentity): Promise<ModelIdentity> {
  return { ...model, sha256: await hashOfModel(model.folder) };
}
