/** What everything that writes files shares: folders, and the errors of a disk. */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { MubblesError } from "./errors.js";

/** Makes a folder and those above it. Node's own recursive mkdir never comes back where none can be made, such as below /proc. */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  const existing = await stat(folder).catch(() => undefined);
  if (existing?.isDirectory()) return;
  if (existing !== undefined) {
    throw new MubblesError("OUTPUT_EXISTS_AS_DIRECTORY", {
      where: folder,
      detail: "a file of that name exists",
    });
  }
  const parent = dirname(folder);
  if (parent !== folder) await makeFolder(parent, mode);
  await mkdir(folder, { mode }).catch(async (thrown) => {
    // Another process may just have made it.
    const made = await stat(folder).catch(() => undefined);
    if (!made?.isDirectory()) throw outputError(folder, thrown);
  });
}

/** OUTPUT_DISK_FULL, OUTPUT_EXISTS_AS_DIRECTORY or OUTPUT_FAILED, for what a write to `name` threw. */
export function outputError(name: string, thrown: unknown): MubblesError {
  const code = systemCode(thrown);
  if (code === "ENOSPC" || code === "EDQUOT")
    return new MubblesError("OUTPUT_DISK_FULL", { where: name, cause: thrown });
  if (code === "EISDIR" || code === "ENOTDIR") {
    return new MubblesError("OUTPUT_EXISTS_AS_DIRECTORY", { where: name, detail: code, cause: thrown });
  }
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new MubblesError("OUTPUT_FAILED", { where: name, detail, cause: thrown });
}

/** The errno name of a system error; empty for anything else. */
export function systemCode(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}
