/** How text is decoded: openai/whisper's DecodingOptions and the fallback thresholds of its transcribe(). */

export interface DecodingOptions {
  readonly task: "transcribe" | "translate";
  /** Whisper's language code; undefined: detect it. */
  readonly language: string | undefined;
  /** Beams at temperature 0; 0 and 1 mean greedy. */
  readonly beamSize: number;
  /** Independent samples at temperatures above 0. */
  readonly bestOf: number;
  /** Beam search ends when round(beamSize × patience) candidates have ended. */
  readonly patience: number;
  /** Exponent of Google NMT's length penalty; undefined: plain mean log-probability. */
  readonly lengthPenalty: number | undefined;
  /** Tried in turn until a result passes the thresholds, for example [0, 0.2, 0.4, 0.6, 0.8, 1]. */
  readonly temperatures: readonly number[];
  /** A result that compresses better than this is a repetition loop; undefined: no such check. */
  readonly compressionRatioThreshold: number | undefined;
  /** A result with a lower mean log-probability has failed; undefined: no such check. */
  readonly logprobThreshold: number | undefined;
  /** Above this probability of no speech a window that also fails logprobThreshold is silence; undefined: never. */
  readonly noSpeechThreshold: number | undefined;
  /** Token ids never sampled; -1 stands for the non-speech set. */
  readonly suppressTokens: readonly number[];
  /** Whether loops are told from speakers who repeat themselves, and cut. Never in the reference strategy: openai/whisper has no such rule. */
  readonly loopGuard: boolean;
}

/** Defaults of the command line (CLI.md), equal to openai/whisper's. */
export const DEFAULT_DECODING_OPTIONS: DecodingOptions = {
  task: "transcribe",
  language: undefined,
  beamSize: 5,
  bestOf: 5,
  patience: 1,
  lengthPenalty: undefined,
  temperatures: [0, 0.2, 0.4, 0.6, 0.8, 1],
  compressionRatioThreshold: 2.4,
  logprobThreshold: -1,
  noSpeechThreshold: 0.6,
  suppressTokens: [-1],
  loopGuard: true,
};
