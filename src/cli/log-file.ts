/** What happens, in a file, as lines of JSON by pino: never on the terminal, which belongs to the interface. */
import { channel } from "node:diagnostics_channel";
import { closeSync, openSync } from "node:fs";
import { pino } from "pino";
import { outputError } from "../writing.js";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: object;
}

const entries = channel("mubbles:log");

/** Costs a look at a flag while there is no log. */
export function log(level: LogLevel, message: string, fields: object = {}): void {
  if (entries.hasSubscribers) entries.publish({ level, message, fields } satisfies LogEntry);
}

/**
 * Appends to the file from now on, until the function that this gives is called. OUTPUT_FAILED and its kin, at the beginning or the end: a disk
 * that is full in between ends the log and nothing else.
 */
export function openLog(path: string, level: LogLevel): () => void {
  let file: number;
  try {
    // Names and texts of what was heard are nobody else's business.
    file = openSync(path, "a", 0o600);
  } catch (thrown) {
    throw outputError(path, thrown);
  }
  // Written at once: what a crash would take with it is what is looked for.
  const destination = pino.destination({ fd: file, sync: true });
  const logger = pino({ level, base: { pid: process.pid } }, destination);
  const write = (entry: unknown) => {
    const { level, message, fields } = entry as LogEntry;
    logger[level](fields, message);
  };
  let failure: unknown;
  destination.on("error", (thrown: unknown) => {
    failure ??= thrown;
    entries.unsubscribe(write);
  });
  entries.subscribe(write);
  return () => {
    entries.unsubscribe(write);
    closeSync(file);
    if (failure !== undefined) throw outputError(path, failure);
  };
}
