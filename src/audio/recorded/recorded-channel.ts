/** Reads one channel that was recorded in parts. */
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { MubblesError } from "../../errors.js";
import { systemCode } from "../../writing.js";
import { BYTES_PER_SAMPLE, PART_HEADER_BYTES, parsePartName } from "./part-file.js";

/** Samples are numbered from the beginning of the session. */
export interface RecordedPart {
  readonly path: string;
  readonly startSample: number;
  readonly endSample: number;
}

export interface RecordedChannel {
  readonly name: string;
  /** By time, none empty. */
  readonly parts: readonly RecordedPart[];
  readonly endSample: number;
}

/** The channels in a folder, by name; none where it is not there. Throws INPUT_UNREADABLE. */
export async function recordedChannels(folder: string): Promise<RecordedChannel[]> {
  const names = await readdir(folder).catch((cause) => {
    if (/ENOENT|ENOTDIR/.test(systemCode(cause))) return [];
    throw unreadable(folder, cause);
  });
  const parts = new Map<string, RecordedPart[]>();
  for (const name of names.sort()) {
    const named = parsePartName(name);
    if (named === undefined) continue;
    const path = join(folder, name);
    const { size } = await stat(path);
    const samples = Math.floor((size - PART_HEADER_BYTES) / BYTES_PER_SAMPLE);
    if (samples <= 0) continue;
    const part = { path, startSample: named.startSample, endSample: named.startSample + samples };
    parts.set(named.channel, [...(parts.get(named.channel) ?? []), part]);
  }
  return [...parts].map(([name, parts]) => {
    const inOrder = parts.toSorted((a, b) => a.startSample - b.startSample);
    return { name, parts: inOrder, endSample: inOrder.at(-1)!.endSample };
  });
}

/** Samples [startSample, endSample) of the channel; silence stands for what was not recorded. Throws INPUT_UNREADABLE. */
export async function readRecorded(
  { parts }: RecordedChannel,
  startSample: number,
  endSample: number,
): Promise<Int16Array> {
  const samples = new Int16Array(endSample - startSample);
  for (const part of parts) {
    const first = Math.max(startSample, part.startSample);
    const last = Math.min(endSample, part.endSample);
    if (first >= last) continue;
    const bytes = new Uint8Array(samples.buffer, (first - startSample) * BYTES_PER_SAMPLE);
    await readInto(part, first, bytes.subarray(0, (last - first) * BYTES_PER_SAMPLE));
  }
  return samples;
}

/** Where samples before `endSample` are missing: the first of them; undefined: nowhere. */
export function firstGap({ parts }: RecordedChannel, endSample: number): number | undefined {
  let covered = 0;
  for (const part of parts) {
    if (part.startSample > covered) break;
    covered = Math.max(covered, part.endSample);
  }
  return covered < endSample ? covered : undefined;
}

async function readInto({ path, startSample }: RecordedPart, first: number, bytes: Uint8Array) {
  try {
    const file = await open(path);
    try {
      const position = PART_HEADER_BYTES + (first - startSample) * BYTES_PER_SAMPLE;
      await file.read(bytes, 0, bytes.length, position);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(where: string, cause: unknown): MubblesError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new MubblesError("INPUT_UNREADABLE", { where, detail, cause });
}
