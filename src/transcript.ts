/** The result of a transcription, as every writer and every later stage sees it. Times are seconds of the recording. */

export interface Word {
  readonly word: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly probability: number;
}

export interface Segment {
  /** 0, 1, 2 … over the whole recording. */
  readonly id: number;
  /** Start of the decoding window, in mel frames of 10 ms (openai/whisper's `seek`). */
  readonly seekFrames: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly text: string;
  readonly tokens: readonly number[];
  readonly temperature: number;
  readonly avgLogprob: number;
  readonly compressionRatio: number;
  readonly noSpeechProb: number;
  readonly words?: readonly Word[];
  readonly channel?: number;
  readonly speaker?: string;
}
