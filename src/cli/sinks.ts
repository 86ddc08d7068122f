/** Where a document goes: a file, or standard output with back-pressure. */
import { fstatSync, write as writeFd } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { isatty } from "node:tty";
import { outputError, systemCode } from "../writing.js";

/** Every write waits for the one before it; the caller awaits each. */
export interface TextSink {
  /** For messages: a path, or "standard output". */
  readonly name: string;
  /** False: the reader has gone (`| head`), and nothing more needs to be written. */
  write(text: string): Promise<boolean>;
  close(): Promise<void>;
}

/** A file that comes into being with the first text, so that an input that fails at once leaves an older file alone. */
export class FileSink implements TextSink {
  readonly name: string;
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(path: string) {
    this.name = path;
  }

  async write(text: string): Promise<boolean> {
    try {
      this.#file ??= await open(this.name, "w");
      await this.#file.appendFile(text);
      this.#bytes += Buffer.byteLength(text);
    } catch (thrown) {
      // A full disk may have taken half of a cue: what stays ends with a whole one.
      await this.#file?.truncate(this.#bytes).catch(() => {});
      throw outputError(this.name, thrown);
    }
    return true;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    try {
      await file?.close();
    } catch (thrown) {
      throw outputError(this.name, thrown);
    }
  }
}

const STDOUT_FD = 1;

export class StdoutSink implements TextSink {
  readonly name = "standard output";

  async write(text: string): Promise<boolean> {
    if (text === "") return true;
    try {
      // Node's own stream for redirected files drops what a full disk did not take of a write.
      if (stdoutIsFile()) await writeAll(Buffer.from(text));
      else await writeStream(text);
    } catch (thrown) {
      if (isClosedPipe(thrown)) return false;
      throw outputError(this.name, thrown);
    }
    return true;
  }

  async close(): Promise<void> {}
}

/** The reader of our standard output has gone; for a program in a pipeline that is no error. */
function isClosedPipe(thrown: unknown): boolean {
  return ["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"].includes(systemCode(thrown));
}

function stdoutIsFile(): boolean {
  const stat = fstatSync(STDOUT_FD);
  return stat.isFile() || (stat.isCharacterDevice() && !isatty(STDOUT_FD));
}

function writeStream(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += await new Promise<number>((resolve, reject) => {
      writeFd(STDOUT_FD, bytes, done, bytes.length - done, null, (error, written) =>
        error ? reject(error) : resolve(written),
      );
    });
  }
}
