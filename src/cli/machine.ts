/** The memory of this machine, or of the container that the program is in. */
import { existsSync, readFileSync } from "node:fs";
import { freemem, totalmem } from "node:os";

export interface Memory {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

export function readMemory(): Memory {
  // A container may have less than the machine.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { totalBytes: Math.min(totalmem(), limit), freeBytes: Math.min(availableBytes(), limit) };
}

/** os.freemem() of Node 20 leaves out what Linux keeps as a cache and gives up at once. */
function availableBytes(): number {
  const file = "/proc/meminfo";
  if (!existsSync(file)) return freemem();
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync(file, "utf8"))?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}
