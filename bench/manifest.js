/** What a data folder says of its clips. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The entries of a data folder's manifest.json; whoever reads them says what they hold.
 * @param {string} folder
 * @returns {any[]}
 */
export function readManifest(folder) {
  const path = join(folder, "manifest.json");
  if (!existsSync(path))
    throw new Error(`no speech to measure with: ${path} is missing; name another folder by --data`);
  return JSON.parse(readFileSync(path, "utf8"));
}
