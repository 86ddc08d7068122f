/** Options of openai/whisper's transcribe() that the fast strategy has no use for. */
export interface ReferenceOptions {
  /** Feeds the text of each window to the next. */
  readonly conditionOnPreviousText: boolean;
  /** The initial prompt goes before every window, not the first alone. */
  readonly carryInitialPrompt: boolean;
  /** Every window's text begins with this. */
  readonly prefix: string | undefined;
  /** start, end, start, end …: the parts to transcribe; empty: all of it. */
  readonly clipTimestampsSeconds: readonly number[];
  /** With words: silence longer than this around text that looks invented takes it out. */
  readonly hallucinationSilenceThresholdSeconds: number | undefined;
}

/** Those of openai/whisper; the fast strategy reads none of them. */
export const DEFAULT_REFERENCE_OPTIONS: ReferenceOptions = {
  conditionOnPreviousText: true,
  carryInitialPrompt: false,
  prefix: undefined,
  clipTimestampsSeconds: [],
  hallucinationSilenceThresholdSeconds: undefined,
};
