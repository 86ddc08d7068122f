/** Keeps what comes through a pipe in a temporary file, for decoders that have to seek. */
import { createWriteStream, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { MubblesError } from "../errors.js";
import type { ByteReader } from "./byte-reader.js";

interface Spool {
  readonly path: string;
  remove(): Promise<void>;
}

/** Copies all that `reader` still has. Throws INPUT_UNREADABLE where there is no room, and leaves nothing behind. */
export async function spool(reader: ByteReader, where: string, signal: AbortSignal): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), "mubbles-"));
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  // process.exit() waits for nothing, and Ctrl-C may lead there.
  process.once("exit", removeNow);
  const remove = async () => {
    process.off("exit", removeNow);
    await rm(folder, { recursive: true, force: true });
  };
  const path = join(folder, "input");
  try {
    await pipeline(bytesOf(reader), createWriteStream(path, { mode: 0o600 }), { signal });
  } catch (cause) {
    await remove();
    if (signal.aborted) throw cause;
    const detail = `copying it to ${tmpdir()} failed: ${(cause as Error).message}`;
    throw new MubblesError("INPUT_UNREADABLE", { where, detail, cause });
  }
  return { path, remove };
}

async function* bytesOf(reader: ByteReader): AsyncGenerator<Buffer> {
  for (let bytes = await reader.next(); bytes !== undefined; bytes = await reader.next()) yield bytes;
}
