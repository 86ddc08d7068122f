/** What is known of a converted model besides its weights, in a file beside them. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { outputError } from "../writing.js";

export interface ModelRecord {
  /** SHA-256 of the weights file. */
  readonly sha256?: string;
  /** Where it came from: a repository of the hub with the commit, or a path. */
  readonly source?: string;
  readonly commit?: string;
  readonly licence?: string;
  /** How fast it was, on which machine. */
  readonly speed?: MeasuredSpeed;
}

export interface MeasuredSpeed {
  /** Seconds of audio in a second. */
  readonly timesRealTime: number;
  /** Processor and number of threads: elsewhere the figure says nothing. */
  readonly machine: string;
}

const RECORD_FILE = "mubbles.json";

/** What stands there; empty where nothing does, or nothing that can be read. */
export function readRecord(folder: string): ModelRecord {
  const file = join(folder, RECORD_FILE);
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ModelRecord;
  } catch {
    return {};
  }
}

/** Adds to what stands there. OUTPUT_FAILED, OUTPUT_DISK_FULL. */
export function addToRecord(folder: string, more: ModelRecord): void {
  const file = join(folder, RECORD_FILE);
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, `${JSON.stringify({ ...readRecord(folder), ...more }, null, 2)}\n`);
    renameSync(temporary, file);
  } catch (thrown) {
    throw outputError(file, thrown);
  }
}
