/** A word with the part of the window it was spoken in. Plain data, it crosses the worker's border. */
export interface AlignedWord {
  /** With the space before it, if any. */
  readonly word: string;
  readonly tokens: readonly number[];
  /** From the start of the window. */
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Mean probability of its tokens. */
  readonly probability: number;
}

export interface AttendedWord extends AlignedWord {
  /** Where the alignment heads look while the word's last token is chosen, from the start of the window. */
  readonly attendedSeconds: number;
}
