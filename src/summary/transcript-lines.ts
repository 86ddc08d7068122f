/** A transcript as a language model reads it: a line for each turn, with its time; and in parts that it can bear. Pure. */
import { formatClock } from "../output/clock.js";
import { lineOf } from "../output/text.js";
import type { Segment } from "../transcript.js";

/** Turns of one speaker with less silence between them are one line: every line's time costs tokens. */
const JOINED_GAP_SECONDS = 2;
const LONGEST_LINE_SECONDS = 30;
/** English has 4 bytes to a token, Chinese 3 and little less anywhere: what counts too many is safe. */
const BYTES_PER_TOKEN = 3;

/** `[12:03] me: Good morning.` */
export function transcriptLines(segments: readonly Segment[]): string[] {
  const lines: string[] = [];
  let begin: Segment | undefined;
  let last: Segment | undefined;
  for (const segment of segments) {
    const text = lineOf({ ...segment, speaker: "" });
    if (text === "") continue;
    const goesOn =
      begin !== undefined &&
      last !== undefined &&
      segment.speaker === begin.speaker &&
      segment.startSeconds - last.endSeconds < JOINED_GAP_SECONDS &&
      segment.endSeconds - begin.startSeconds <= LONGEST_LINE_SECONDS;
    if (goesOn) {
      lines.push(`${lines.pop()} ${text}`);
    } else {
      lines.push(`[${formatClock(segment.startSeconds)}] ${lineOf(segment)}`);
      begin = segment;
    }
    last = segment;
  }
  return lines;
}

/** More rather than less. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** As few parts as hold all items in their order with at most `maxTokens` each, evenly filled; an item that is larger is cut short. */
export function splitEvenly(items: readonly string[], maxTokens: number): string[][] {
  const fitting = items.map((item) => cutToTokens(item, maxTokens));
  const sizes = fitting.map((item) => estimateTokens(`${item}\n`));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const target = total / Math.max(1, Math.ceil(total / maxTokens));
  const parts: string[][] = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const [i, item] of fitting.entries()) {
    const size = sizes[i]!;
    if (filled >= target || filled + size > maxTokens) {
      parts.push([]);
      filled = 0;
    }
    parts.at(-1)!.push(item);
    filled += size;
  }
  return parts;
}

/** Its first lines, and of a single line its beginning. */
export function cutToTokens(text: string, maxTokens: number): string {
  if (estimateTokens(`${text}\n`) <= maxTokens) return text;
  const bytes = Buffer.from(text).subarray(0, maxTokens * BYTES_PER_TOKEN - 1);
  // The last character may be cut in the middle.
  const begin = bytes.toString("utf8").replace(/\ufffd+$/, "");
  const lastLine = begin.lastIndexOf("\n");
  return lastLine > 0 ? begin.slice(0, lastLine) : begin;
}
