/** Reading model files piece by piece: whatever the system says against one is MODEL_BROKEN, with the file and what is wrong. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { MubblesError } from "../errors.js";

/** Runs `work` on the open file. */
export function withFile<Result>(file: string, work: (fd: number) => Result): Result {
  let fd: number | undefined;
  try {
    fd = openSync(file, "r");
    return work(fd);
  } catch (cause) {
    throw cause instanceof MubblesError ? cause : broken(file, "cannot be read", cause);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Fills `bytes` from `position` on. */
export function readFully(fd: number, file: string, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(fd, bytes, at, bytes.length - at, position + at);
    if (read === 0) throw broken(file, "the file became shorter");
    at += read;
  }
}

export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw broken(file, "cannot be read", cause);
  }
}

export function broken(file: string, detail: string, cause?: unknown): MubblesError {
  return new MubblesError("MODEL_BROKEN", { where: file, detail, cause });
}

const WINDOW_BYTES = 65_536;

/** Reads an open binary file from the start, little-endian numbers and names one after the other; data is skipped, not read. */
export class BinaryReader {
  readonly #fd: number;
  readonly #file: string;
  readonly #size: number;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #windowStart = 0;
  #windowBytes = 0;
  #position = 0;

  constructor(fd: number, file: string) {
    this.#fd = fd;
    this.#file = file;
    this.#size = fstatSync(fd).size;
  }

  get position(): number {
    return this.#position;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#size;
  }

  u8(): number {
    return this.#take(1).readUInt8();
  }

  u16(): number {
    return this.#take(2).readUInt16LE();
  }

  u32(): number {
    return this.#take(4).readUInt32LE();
  }

  /** A view that the next call overwrites. */
  bytes(count: number): Buffer {
    return this.#take(count);
  }

  skip(count: number): void {
    this.#require(count);
    this.#position += count;
  }

  #take(count: number): Buffer {
    this.#require(count);
    if (count > WINDOW_BYTES) throw broken(this.#file, `a name of ${count} bytes at ${this.#position}`);
    const isThere =
      this.#position >= this.#windowStart && this.#position + count <= this.#windowStart + this.#windowBytes;
    if (!isThere) {
      this.#windowStart = this.#position;
      this.#windowBytes = Math.min(WINDOW_BYTES, this.#size - this.#position);
      readFully(this.#fd, this.#file, this.#window.subarray(0, this.#windowBytes), this.#windowStart);
    }
    const at = this.#position - this.#windowStart;
    this.#position += count;
    return this.#window.subarray(at, at + count);
  }

  #require(count: number): void {
    const end = this.#position + count;
    if (end > this.#size) throw broken(this.#file, `cut short: expected ${end} bytes, got ${this.#size}`);
  }
}
