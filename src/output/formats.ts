/** The output formats by name. Each is a pure streaming writer; where its strings go is the caller's business. */
import { jsonlWriter, jsonWriter } from "./json.js";
import { hideNoise } from "./noise.js";
import { tsvWriter, txtWriter } from "./plain-text.js";
import { srtWriter, vttWriter } from "./subtitles.js";
import type { TranscriptWriter } from "./writer.js";

export type { TranscriptWriter };

export const OUTPUT_FORMATS = ["srt", "vtt", "txt", "tsv", "json", "jsonl"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface WriterOptions {
  /** Write marks of sounds such as `[BLANK_AUDIO]` too; they are hidden by default, see noise.ts. */
  readonly showNoise?: boolean;
}

const WRITERS: Record<OutputFormat, () => TranscriptWriter> = {
  srt: srtWriter,
  vtt: vttWriter,
  txt: txtWriter,
  tsv: tsvWriter,
  json: jsonWriter,
  jsonl: jsonlWriter,
};

/** A writer for one file. It keeps what it needs of what came before: one per output file, never shared. */
export function createWriter(format: OutputFormat, { showNoise = false }: WriterOptions): TranscriptWriter {
  const writer = WRITERS[format]();
  if (showNoise) return writer;
  return {
    begin: () => writer.begin(),
    segment(segment) {
      const heard = hideNoise(segment);
      return heard === undefined ? "" : writer.segment(heard);
    },
    end: (summary) => writer.end(summary),
  };
}
