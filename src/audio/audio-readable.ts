/** A MediaSource as a stream: object mode, one Float32Array a read, and nothing decoded ahead beyond a few chunks. */
import { addAbortSignal, Readable } from "node:stream";
import type { MediaSource } from "./media-source.js";

/** Chunks waiting in the stream: two seconds of a recording that is decoded. */
const HIGH_WATER_MARK_CHUNKS = 4;

/** The stream owns `source`: it closes it at its end, on an error, when it is destroyed and when `signal` aborts. */
export function audioReadable(source: Pick<MediaSource, "next" | "close">, signal: AbortSignal): Readable {
  const readable = new Readable({
    objectMode: true,
    highWaterMark: HIGH_WATER_MARK_CHUNKS,
    read() {
      source.next().then(
        (chunk) => {
          if (!readable.destroyed) readable.push(chunk ?? null);
        },
        (error: Error) => readable.destroy(error),
      );
    },
    destroy(error, done) {
      source.close().then(
        () => done(error),
        (closing: Error) => done(error ?? closing),
      );
    },
  });
  // An abort before anybody reads must not end the process; a reader gets the error all the same.
  readable.on("error", () => {});
  return addAbortSignal(signal, readable);
}
