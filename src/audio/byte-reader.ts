/** Pulls bytes from a file or a pipe, with a look ahead that does not use them up. */
import { addAbortSignal, type Readable } from "node:stream";
import { MubblesError } from "../errors.js";

export class ByteReader {
  readonly #stream: Readable;
  readonly #iterator: AsyncIterator<Buffer>;
  readonly #where: string;
  readonly #signal: AbortSignal;
  /** Read, but not taken yet. */
  #ahead: Buffer = Buffer.alloc(0);
  #ended = false;

  /** `where` names the input in errors; `signal` destroys the stream. Reading throws INPUT_UNREADABLE where it fails. */
  constructor(stream: Readable, where: string, signal: AbortSignal) {
    this.#stream = stream;
    this.#where = where;
    this.#signal = signal;
    // Errors reach the caller through the iterator; a stream that fails while nobody reads must not end the process.
    stream.on("error", () => {});
    addAbortSignal(signal, stream);
    this.#iterator = stream.iterator({ destroyOnReturn: false });
  }

  /** Up to `count` bytes from here on, fewer only at the end; they stay unread. */
  async peek(count: number): Promise<Buffer> {
    while (this.#ahead.length < count) {
      const more = await this.#pull();
      if (more === undefined) break;
      this.#ahead = Buffer.concat([this.#ahead, more]);
    }
    return this.#ahead.subarray(0, count);
  }

  /** Up to `count` bytes, fewer only at the end. */
  async take(count: number): Promise<Buffer> {
    const bytes = await this.peek(count);
    this.#ahead = this.#ahead.subarray(bytes.length);
    return bytes;
  }

  /** Passes over `count` bytes. False where the input ends before. */
  async skip(count: number): Promise<boolean> {
    for (let left = count; left > 0; ) {
      const bytes = await this.next(left);
      if (bytes === undefined) return false;
      left -= bytes.length;
    }
    return true;
  }

  /** Whatever comes next, at most `limit` bytes; undefined at the end. */
  async next(limit = Number.POSITIVE_INFINITY): Promise<Buffer | undefined> {
    const bytes = this.#ahead.length > 0 ? this.#ahead : await this.#pull();
    if (bytes === undefined) return undefined;
    this.#ahead = bytes.subarray(Math.min(bytes.length, limit));
    return bytes.subarray(0, limit);
  }

  close(): void {
    this.#stream.destroy();
  }

  async #pull(): Promise<Buffer | undefined> {
    if (this.#ended) return undefined;
    try {
      const { done, value } = await this.#iterator.next();
      if (done === true) this.#ended = true;
      return done === true ? undefined : value;
    } catch (cause) {
      if (this.#signal.aborted) throw cause;
      throw new MubblesError("INPUT_UNREADABLE", {
        where: this.#where,
        detail: (cause as Error).message,
        cause,
      });
    }
  }
}
