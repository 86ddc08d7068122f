/** Where models are: the embedded one, those in the cache folder, and any folder the user names. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { packagePath } from "../assets.js";
import { asMubblesError, MubblesError } from "../errors.js";
import { COMPUTES, type Compute, isConverted, LAYOUT_NAME, STAGING } from "./compute-type.js";
import { nameOfSource, openSource } from "./formats/open-source.js";
import { canonicalName, nameOfFolder, repositoryOf } from "./known-models.js";
import { addToRecord } from "./model-record.js";
import { Safetensors, WEIGHTS_FILE } from "./safetensors.js";

export interface StoredModel {
  readonly name: string;
  readonly folder: string;
  readonly bytes: number;
  readonly compute: Compute;
  readonly isEmbedded: boolean;
}

export interface BrokenModel {
  readonly name: string;
  readonly folder: string;
  readonly problem: MubblesError;
}

const EMBEDDED_FOLDER = "models";
const CACHED_FOLDER = "models";

/** MUBBLES_HOME, or mubbles below the user's cache folder (XDG_CACHE_HOME, ~/.cache). */
export function cacheFolder(): string {
  const home = process.env.MUBBLES_HOME;
  if (home !== undefined && home !== "") return home;
  const cache = process.env.XDG_CACHE_HOME;
  return join(cache !== undefined && cache !== "" ? cache : join(homedir(), ".cache"), "mubbles");
}

/** Embedded models first, then those in the cache. */
export function listModels(): StoredModel[] {
  return [...modelsIn(packagePath(EMBEDDED_FOLDER), true), ...modelsIn(convertedFolder(), false)];
}

/** Where converted models are kept, a folder each. */
export function convertedFolder(): string {
  return join(cacheFolder(), CACHED_FOLDER);
}

/**
 * The model of this name, or of one that means the same, that is on this machine; where no compute type is asked for the first there is
 * in the order of COMPUTES.
 */
export function storedModel(name: string, compute: Compute | undefined): StoredModel | undefined {
  const named = listModels().filter((model) => isNamed(model, name));
  return (compute === undefined ? COMPUTES : [compute])
    .map((wanted) => named.find((model) => model.compute === wanted))
    .find((model) => model !== undefined);
}

/**
 * The folder to load for a name or a path, in mubbles' layout. Another checkpoint (formats/open-source.ts) is converted once and
 * kept in the cache. MODEL_NOT_FOUND, MODEL_NOT_HERE, MODEL_BROKEN, MODEL_UNSUPPORTED.
 */
export async function resolveModel(name: string, compute: Compute | undefined): Promise<StoredModel> {
  const known = storedModel(name, compute);
  if (known !== undefined) return known;
  if (!existsSync(name)) throw missing(name, compute);
  const hasWeights = existsSync(join(name, WEIGHTS_FILE));
  const model = hasWeights ? describe(resolve(name), false) : undefined;
  if (model !== undefined) {
    if (compute === undefined || model.compute === compute) return model;
    throw new MubblesError("MODEL_UNSUPPORTED", {
      where: name,
      detail: `stored as ${model.compute}, asked for ${compute}`,
    });
  }
  return convertedCopy(resolve(name), compute ?? "int8");
}

/** MODEL_NOT_HERE for what the hub may have, MODEL_NOT_FOUND for anything else. */
function missing(name: string, compute: Compute | undefined): MubblesError {
  const where = compute === undefined ? name : `${name} as ${compute}`;
  if (repositoryOf(name) !== undefined) return new MubblesError("MODEL_NOT_HERE", { where });
  const here = listModels().map((model) => `${model.name} (${model.compute})`);
  return new MubblesError("MODEL_NOT_FOUND", {
    where,
    detail: `neither a folder, nor a name of the hub's, nor one of: ${here.join(", ")}`,
  });
}

async function convertedCopy(source: string, compute: Compute): Promise<StoredModel> {
  const destination = join(convertedFolder(), convertedName(source, compute));
  const existing = existsSync(join(destination, WEIGHTS_FILE)) ? describe(destination, false) : undefined;
  if (existing !== undefined) return existing;
  // Not statically: hardly any run converts.
  const { convertModel } = await import("./convert.js");
  const { sha256 } = await convertModel({ source, destination, compute });
  addToRecord(destination, { sha256, source });
  return describe(destination, false)!;
}

/** Tells sources apart by path, and another version at the same path by the size and time of its weights. */
function convertedName(source: string, compute: Compute): string {
  const { files } = openSource(source);
  const parts = files.map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`);
  const identity = [LAYOUT_NAME, ...parts].join("\n");
  return `${nameOfSource(source)}-${createHash("sha256").update(identity).digest("hex").slice(0, 8)}-${compute}`;
}

function modelsIn(folder: string, isEmbedded: boolean): StoredModel[] {
  return weightFolders(folder)
    .map((path) => describeOrBroken(path, isEmbedded))
    .filter((model): model is StoredModel => model !== undefined && !(model instanceof MubblesError));
}

/** Models in the cache that are not listed, and what is wrong with them. */
export function brokenModels(): BrokenModel[] {
  return weightFolders(convertedFolder()).flatMap((folder) => {
    const problem = describeOrBroken(folder, false);
    return problem instanceof MubblesError ? [{ name: nameOf(folder), folder, problem }] : [];
  });
}

/** Those of them that go by this name; of a compute type as far as the folder's name tells. */
export function brokenModelsNamed(name: string, compute: Compute | undefined): BrokenModel[] {
  return brokenModels().filter(
    (model) => isNamed(model, name) && (compute === undefined || model.folder.endsWith(`-${compute}`)),
  );
}

/** Whether a model goes by this name, or by one that means the same. */
export function isNamed(model: { readonly name: string }, name: string): boolean {
  return model.name === name || model.name === canonicalName(name);
}

function weightFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.includes(STAGING))
    .map((entry) => join(folder, entry.name))
    .filter((path) => existsSync(join(path, WEIGHTS_FILE)));
}

/** A damaged model in the cache must not keep the others from being listed; it fails when it is asked for by its path. */
function describeOrBroken(folder: string, isEmbedded: boolean): StoredModel | MubblesError | undefined {
  try {
    return describe(folder, isEmbedded);
  } catch (thrown) {
    return asMubblesError(thrown);
  }
}

/** undefined where the folder holds weights in another layout than mubbles'. MODEL_UNSUPPORTED where it was another version's. */
function describe(folder: string, isEmbedded: boolean): StoredModel | undefined {
  const { metadata, files } = Safetensors.openFolder(folder);
  const compute = COMPUTES.find((known) => known === metadata.compute);
  if (!isConverted(metadata) || compute === undefined) return undefined;
  if (metadata.format !== LAYOUT_NAME) {
    const detail = `made by another version of mubbles (${metadata.format}, not ${LAYOUT_NAME}): convert or pull it again`;
    throw new MubblesError("MODEL_UNSUPPORTED", { where: folder, detail });
  }
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  return { name: nameOf(folder), folder, bytes, compute, isEmbedded };
}

/** whisper-base-int8 is called base, as in openai/whisper. */
function nameOf(folder: string): string {
  const own = basename(folder);
  const compute = COMPUTES.find((known) => own.endsWith(`-${known}`));
  return nameOfFolder(compute === undefined ? own : own.slice(0, -compute.length - 1));
}
