/** When a result is not good enough, and when it is silence. Source: openai/whisper transcribe.py:184-224, 298-310. */
import type { DecodingOptions } from "../decoding-options.js";

export interface Quality {
  readonly avgLogprob: number;
  readonly compressionRatio: number;
  readonly noSpeechProb: number;
}

type Thresholds = Pick<
  DecodingOptions,
  "compressionRatioThreshold" | "logprobThreshold" | "noSpeechThreshold"
>;

/** Whether to decode again at the next temperature. */
export function needsFallback(quality: Quality, thresholds: Thresholds): boolean {
  const { compressionRatioThreshold, logprobThreshold, noSpeechThreshold } = thresholds;
  const repeats =
    compressionRatioThreshold !== undefined && quality.compressionRatio > compressionRatioThreshold;
  const unlikely = logprobThreshold !== undefined && quality.avgLogprob < logprobThreshold;
  const silent = noSpeechThreshold !== undefined && quality.noSpeechProb > noSpeechThreshold && unlikely;
  return (repeats || unlikely) && !silent;
}

/** Whether the window holds no speech and its text is to be dropped. */
export function isSilence(quality: Quality, { logprobThreshold, noSpeechThreshold }: Thresholds): boolean {
  if (noSpeechThreshold === undefined || quality.noSpeechProb <= noSpeechThreshold) return false;
  return logprobThreshold === undefined || quality.avgLogprob <= logprobThreshold;
}
