/** The audio of an utterance up to its end, and of what was before it as far as that may be listened to again. */
export interface HeardAudio {
  /** At most that of the utterance. */
  readonly startSample: number;
  readonly endSample: number;
  /** [frames × mels], log10 of mel power as LogMel writes it. */
  readonly columns: Float32Array;
}
