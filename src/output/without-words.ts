import type { OutputFormat, TranscriptWriter } from "./formats.js";

/** Subtitles use the times of words whether or not anybody wants to see them; these formats would show them. */
const FORMATS_WITH_WORDS: readonly OutputFormat[] = ["json", "jsonl"];

/** The writer, but in a format that shows words it gets segments without them. */
export function withoutWords(format: OutputFormat, writer: TranscriptWriter): TranscriptWriter {
  if (!FORMATS_WITH_WORDS.includes(format)) return writer;
  return {
    begin: () => writer.begin(),
    segment({ words: _, ...segment }) {
      return writer.segment(segment);
    },
    end: (summary) => writer.end(summary),
  };
}
