/** A piece of a file, for a look at its head or tail. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Up to `count` bytes from `offset` on; a negative offset counts from the end. Empty where the file cannot be read. */
export function readFilePart(path: string, offset: number, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return bytes.subarray(0, 0);
  }
  try {
    const position = offset < 0 ? Math.max(0, fstatSync(descriptor).size + offset) : offset;
    return bytes.subarray(0, readSync(descriptor, bytes, 0, count, position));
  } finally {
    closeSync(descriptor);
  }
}
