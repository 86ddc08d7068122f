/** The two hashes the hub knows a file by. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

export interface ContentHash {
  /** git: SHA-1 over "blob SIZE\0" and the content, of files that git itself keeps. */
  readonly algorithm: "sha256" | "git";
  readonly hex: string;
}

/** Reads an ETag or an identifier of the hub's; undefined for what is neither hash. */
export function parseHash(text: string | undefined): ContentHash | undefined {
  const hex = text
    ?.replace(/^(W\/)?"?/, "")
    .replace(/"$/, "")
    .toLowerCase();
  if (hex === undefined || !/^[0-9a-f]+$/.test(hex)) return undefined;
  if (hex.length === 64) return { algorithm: "sha256", hex };
  return hex.length === 40 ? { algorithm: "git", hex } : undefined;
}

/** Of a file on disk, read piece by piece. */
export async function hashOfFile(
  path: string,
  algorithm: ContentHash["algorithm"],
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash(algorithm === "git" ? "sha1" : "sha256");
  if (algorithm === "git") hash.update(`blob ${(await stat(path)).size}\0`);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest("hex");
}
