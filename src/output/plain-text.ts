/** TXT (a line a segment) and TSV (start and end in milliseconds, text), as openai/whisper's utils.py at c0d2f62. */
import { lineOf } from "./text.js";
import { toMilliseconds } from "./time.js";
import type { TranscriptWriter } from "./writer.js";

export function txtWriter(): TranscriptWriter {
  return {
    begin: () => "",
    segment(segment) {
      const line = lineOf(segment);
      return line === "" ? "" : `${line}\n`;
    },
    end: () => "",
  };
}

export function tsvWriter(): TranscriptWriter {
  return {
    begin: () => "start\tend\ttext\n",
    segment(segment) {
      const line = lineOf(segment);
      if (line === "") return "";
      const startMs = toMilliseconds(segment.startSeconds) ?? 0;
      const endMs = toMilliseconds(segment.endSeconds) ?? startMs;
      return `${startMs}\t${endMs}\t${line}\n`;
    },
    end: () => "",
  };
}
