/** A file that only grows. What is pushed waits in memory until it could be written, so that a full disk loses nothing by itself. */
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";

/** Nobody else's business. */
const MODE = 0o600;

export class AppendFile {
  readonly path: string;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #file: FileHandle | undefined;
  #size = 0;
  #isSynced = true;
  /** Whether its name would survive a loss of power. */
  #isNamed = false;
  #flushing: Promise<void> = Promise.resolve();

  /** The file comes into being with the first flush. */
  constructor(path: string) {
    this.path = path;
  }

  /** Bytes that are not written yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** `bytes` are given away. */
  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  /** Hands all that waits to the system: the end of this process cannot hurt it then. Throws what the system throws; the rest waits on. */
  flush(): Promise<void> {
    // One after the other: each write follows what the one before has written.
    const flushing = this.#flushing.then(() => this.#write());
    this.#flushing = flushing.catch(() => {});
    return flushing;
  }

  /** Resolves when what was flushed is on the disk itself, which a loss of power cannot hurt. That may take seconds; nothing waits for it. */
  async sync(): Promise<void> {
    if (this.#isSynced || this.#file === undefined) return;
    this.#isSynced = true;
    try {
      if (!this.#isNamed) await syncFolder(dirname(this.path));
      this.#isNamed = true;
      await this.#file.datasync();
    } catch (thrown) {
      this.#isSynced = false;
      throw thrown;
    }
  }

  /** Whether somebody has removed the file. */
  async isGone(): Promise<boolean> {
    return this.#file !== undefined && (await this.#file.stat()).nlink === 0;
  }

  /** A flush after which nothing comes any more; `head` replaces the beginning of the file. */
  async end(head: Uint8Array): Promise<void> {
    await this.flush();
    await this.#file?.write(head, 0, head.length, 0);
    this.#isSynced = false;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #write(): Promise<void> {
    if (this.#waitingBytes === 0) return;
    this.#file ??= await open(this.path, "w", MODE);
    for (let bytes = this.#take(); bytes.length > 0; bytes = this.#take()) {
      try {
        const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, this.#size);
        this.#size += bytesWritten;
        this.#isSynced = false;
        if (bytesWritten < bytes.length) this.#putBack(bytes.subarray(bytesWritten));
      } catch (thrown) {
        this.#putBack(bytes);
        throw thrown;
      }
    }
  }

  #take(): Uint8Array {
    const bytes = this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting);
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    return bytes;
  }

  #putBack(bytes: Uint8Array): void {
    this.#waiting.unshift(bytes);
    this.#waitingBytes += bytes.length;
  }
}

/** Not every system can do that. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
