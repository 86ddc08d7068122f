/** The trace of a run, written while it goes on: a file that breaks off can still be opened. */
import { createWriteStream, openSync } from "node:fs";
import { finished } from "node:stream/promises";
import { TraceEventWriter } from "../output/trace-events.js";
import { listenToTrace } from "../tracing.js";
import { outputError } from "../writing.js";

/** Text that may wait for a slow disk; beyond it events are left out. */
const MAX_WAITING_CHARACTERS = 16_000_000;
/** Lines are gathered: each write is work for the thread that is measured. */
const GATHERED_CHARACTERS = 65_536;

/** Begins at once; the function that this gives ends it. OUTPUT_FAILED and its kin, at the beginning or the end. */
export function openTrace(path: string): () => Promise<{ readonly lostEvents: number }> {
  let file: number;
  try {
    file = openSync(path, "w");
  } catch (thrown) {
    throw outputError(path, thrown);
  }
  const stream = createWriteStream(path, { fd: file });
  // It is told at the end.
  stream.on("error", () => {});
  const writer = new TraceEventWriter(performance.timeOrigin + performance.now(), process.pid);
  let gathered = "";
  let lostEvents = 0;
  const stop = listenToTrace((event) => {
    if (stream.writableLength > MAX_WAITING_CHARACTERS) {
      lostEvents++;
      return;
    }
    gathered += writer.write(event);
    if (gathered.length < GATHERED_CHARACTERS) return;
    stream.write(gathered);
    gathered = "";
  });
  return async () => {
    stop();
    stream.end(gathered + writer.end());
    await finished(stream).catch((thrown) => {
      throw outputError(path, thrown);
    });
    return { lostEvents };
  };
}
