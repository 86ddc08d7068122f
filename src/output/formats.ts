/** The output formats by name. Each is a pure streaming writer; where its strings go is the caller's business. */
import type { WordCueOptions } from "./cues/word-cues.js";
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
  /** srt and vtt: cues by openai/whisper's options instead of the rules of subtitles. */
  readonly wordCues?: WordCueOptions | undefined;
  /** json and jsonl: the words with their times, where segments have them. */
  readonly showWords?: boolean;
  /** tsv: columns for channel and speaker. */
  readonly showSpeakers?: boolean;
}

/** A writer for one file. It keeps what it needs of what came before: one per output file, never shared. */
export function createWriter(format: OutputFormat, options: WriterOptions): TranscriptWriter {
  const writer = plainWriter(format, options);
  if (options.showNoise) return writer;
  return {
    begin: () => writer.begin(),
    segment(segment) {
      const heard = hideNoise(segment);
      return heard === undefined ? "" : writer.segment(heard);
    },
    end: (summary) => writer.end(summary),
  };
}

function plainWriter(format: OutputFormat, options: WriterOptions): TranscriptWriter {
  const { wordCues, showWords = false, showSpeakers = false } = options;
  switch (format) {
    case "srt":
      return srtWriter(wordCues);
    case "vtt":
      return vttWriter(wordCues);
    case "txt":
      return txtWriter();
    case "tsv":
      return tsvWriter(showSpeakers);
    case "json":
      return jsonWriter(showWords);
    case "jsonl":
      return jsonlWriter(showWords);
  }
}
