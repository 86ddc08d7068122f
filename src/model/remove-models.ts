/** Models that go: one by name, or what nobody needs. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { outputError } from "../writing.js";
import { STAGING } from "./compute-type.js";
import { isHeld, isRunning, LOCK_ENDING } from "./hub/file-lock.js";
import { downloadsFolder } from "./hub/pull-model.js";
import { convertedFolder } from "./model-store.js";
import { WEIGHTS_FILE } from "./safetensors.js";

export interface Leftover {
  readonly path: string;
  readonly bytes: number;
  readonly why: string;
}

/** What half-finished downloads and conversions left, and originals that were kept; not what a process works on now. */
export function findLeftovers(): Leftover[] {
  return [...originals(), ...halfConverted()];
}

export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true }).catch((thrown) => {
    throw outputError(path, thrown);
  });
}

function originals(): Leftover[] {
  const folder = downloadsFolder();
  return namesIn(folder)
    .filter((name) => !isHeld(join(folder, name.endsWith(LOCK_ENDING) ? name : `${name}${LOCK_ENDING}`)))
    .map((name) =>
      leftover(join(folder, name), name.endsWith(LOCK_ENDING) ? "lock of a dead process" : "original"),
    );
}

function halfConverted(): Leftover[] {
  const folder = convertedFolder();
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name);
    const [, processId] = name.split(STAGING);
    if (processId !== undefined)
      return isRunning(Number(processId)) ? [] : [leftover(path, "half converted")];
    return existsSync(join(path, WEIGHTS_FILE)) ? [] : [leftover(path, "no weights")];
  });
}

function leftover(path: string, why: string): Leftover {
  return { path, bytes: bytesOf(path), why };
}

/** Of a file, or of all files below a folder. */
export function bytesOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((total, name) => total + bytesOf(join(path, name)), 0);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}
