/**
 * The closed union of what a transcription tells the outside. Writers, progress and (later) the interface and the session
 * file read these and nothing else. Times are seconds of the recording.
 */
import type { MubblesError } from "./errors.js";
import type { Segment } from "./transcript.js";

/** Where the time went, in seconds of wall clock (stages overlap, so they do not add up to the total). */
export interface Timings {
  readonly loadSeconds: number;
  readonly mediaSeconds: number;
  readonly melSeconds: number;
  readonly vadSeconds: number;
  readonly encodeSeconds: number;
  readonly decodeSeconds: number;
  readonly totalSeconds: number;
  readonly audioSeconds: number;
  readonly speechSeconds: number;
  readonly windows: number;
  readonly tokens: number;
  readonly fallbacks: number;
}

export type TranscribeEvent =
  | {
      readonly type: "language";
      readonly language: string;
      readonly probability: number;
      /** Whose language it is, where each channel has its own. */
      readonly speaker?: string | undefined;
    }
  | { readonly type: "segment"; readonly segment: Segment }
  | {
      readonly type: "progress";
      readonly positionSeconds: number;
      readonly durationSeconds: number | undefined;
    }
  | { readonly type: "warning"; readonly error: MubblesError }
  | { readonly type: "end"; readonly timings: Timings; readonly language: string | undefined };
