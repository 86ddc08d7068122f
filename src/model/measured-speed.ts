/** How fast base is on this machine, as `mubbles doctor` measured it last: a line in the cache folder. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../writing.js";
import { cacheFolder } from "./model-store.js";

export interface MeasuredSpeed {
  /** Times real time, of base. */
  readonly speed: number;
  readonly threads: number;
}

/** undefined where nothing was measured, or by other words than these. */
export function readMeasuredSpeed(): MeasuredSpeed | undefined {
  try {
    const { speed, threads } = JSON.parse(readFileSync(speedFile(), "utf8"));
    return speed > 0 && threads > 0 ? { speed, threads } : undefined;
  } catch {
    return undefined;
  }
}

/** Where the folder cannot be written nothing is kept. */
export async function keepMeasuredSpeed(measured: MeasuredSpeed): Promise<void> {
  try {
    await makeFolder(cacheFolder());
    await writeFile(speedFile(), `${JSON.stringify(measured)}\n`);
  } catch {
    // It is a hint for the next `--model auto`, no more.
  }
}

function speedFile(): string {
  return join(cacheFolder(), "speed.json");
}
