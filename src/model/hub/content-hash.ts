/** The two hashes the hub knows a file by. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

/** At a time: less than 1 ms of work. */
const HASHED_BYTES = 262_144;

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

/** Of a file on disk, read piece by piece, hexadecimal. Throws what the system throws, and the signal's reason. */
export async function hashOfFile(
  path: string,
  algorithm: ContentHash["algorithm"],
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(algorithm === "git" ? "sha1" : "sha256");
  const file = await open(path);
  try {
    if (algorithm === "git") hash.update(`blob ${(await file.stat()).size}\0`);
    // One buffer: as many as a stream takes would stay in memory for as long as somebody listens.
    const buffer = Buffer.alloc(HASHED_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
