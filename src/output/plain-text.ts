/** TXT (a line a segment) and TSV (start and end in milliseconds, text), as openai/whisper's utils.py at c0d2f62. */
import { foldSpaces, lineOf } from "./text.js";
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

/** `showSpeakers`: with columns for channel and speaker behind those of openai/whisper; else names stand before the text. */
export function tsvWriter(showSpeakers: boolean): TranscriptWriter {
  return {
    begin: () => (showSpeakers ? "start\tend\ttext\tchannel\tspeaker\n" : "start\tend\ttext\n"),
    segment(segment) {
      const line = lineOf(showSpeakers ? { ...segment, speaker: "" } : segment);
      if (line === "") return "";
      const startMs = toMilliseconds(segment.startSeconds) ?? 0;
      const endMs = toMilliseconds(segment.endSeconds) ?? startMs;
      const { channel = "", speaker = "" } = segment;
      const columns = showSpeakers ? `\t${channel}\t${foldSpaces(speaker)}` : "";
      return `${startMs}\t${endMs}\t${line}${columns}\n`;
    },
    end: () => "",
  };
}
