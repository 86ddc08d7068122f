/** What every output format is to the pipeline: strings in the order in which they go to the file. No I/O here. */
import type { Segment } from "../transcript.js";

export interface TranscriptWriter {
  /** What stands before the first segment. */
  begin(): string;
  /** What can be written now that this segment is known; may be "" where the format has nothing to say yet. */
  segment(segment: Segment): string;
  /** What closes the file. Call it after an interruption too: the file is then complete up to there. */
  end(summary: { readonly language: string | undefined }): string;
}
