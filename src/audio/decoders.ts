/** Which decoders of media are installed here, besides the built-in one of WAV and raw PCM. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { loadNodeAv } from "./node-av.js";

export interface InstalledDecoder {
  readonly name: "node-av" | "ffmpeg";
  /** Of the FFmpeg in it; undefined where it is not installed or does not run. */
  readonly version: string | undefined;
  /** Why it does not run. */
  readonly problem: string | undefined;
}

/** In the order in which they are tried. */
export async function installedDecoders(signal: AbortSignal): Promise<InstalledDecoder[]> {
  return Promise.all([
    describe("node-av", async () => (await loadNodeAv()).getFFmpegInfo().version),
    describe("ffmpeg", async () => {
      const { stdout } = await promisify(execFile)("ffmpeg", ["-version"], { signal });
      return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? "unknown";
    }),
  ]);
}

async function describe(
  name: InstalledDecoder["name"],
  readVersion: () => Promise<string>,
): Promise<InstalledDecoder> {
  try {
    return { name, version: await readVersion(), problem: undefined };
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    const isAbsent = code === "ENOENT" || code === "ERR_MODULE_NOT_FOUND";
    return { name, version: undefined, problem: isAbsent ? "not installed" : message };
  }
}
