/** Text that Whisper made up where nobody speaks: what the fast strategy believes of a window, beyond openai/whisper's own rule. */
import type { DecodingOptions } from "../model/decoding-options.js";
import { hasText, type WindowResult, type WindowSegment } from "../model/window.js";
import type { Word } from "../transcript.js";
import { SAMPLE_RATE_HZ } from "../units.js";
import { isAnomalous } from "./reference/hallucination.js";

interface Place {
  readonly startSample: number;
  readonly endSample: number;
  /** Empty where the VAD heard nobody in the whole recording. */
  readonly speech: readonly { readonly startSample: number; readonly endSample: number }[];
}

interface Decoded {
  readonly window: Place;
  readonly result: WindowResult;
  /** Of each segment, on the window's clock, where they are wanted. */
  readonly words: readonly (readonly Word[])[] | undefined;
}

type Thresholds = Pick<DecodingOptions, "noSpeechThreshold" | "logprobThreshold">;

/** The slowest speakers say more than a token every two seconds; "You" over ten seconds of noise is fewer. */
const SPARSE_TOKENS_PER_SECOND = 0.5;
/** Nor does anyone say more than this, with a token to spare in a tenth of a second. */
const MAX_TOKENS_PER_SECOND = 22.5;
const MIN_TOKENS = 1;
/**
 * What has to be surer than usual where the VAD heard nobody, as in a whisper. Noise, music and silence gave languages below
 * 0.66 and no-speech probabilities above 0.37, whispered words 0.96 and 0.16 (docs/notes/guards.md).
 */
const FAINT_LANGUAGE_PROBABILITY = 0.8;
const FAINT_NO_SPEECH_PROBABILITY = 0.3;

/** A decoded window without the segments that nobody can have said. */
export function withoutInvented<D extends Decoded>(decoded: D, thresholds: Thresholds): D {
  const { window, result, words } = decoded;
  const isSilent =
    isTooFast(result, window) ||
    (window.speech.length === 0 && !isFaintSpeech(result, thresholds)) ||
    (isSparse(result, window) && exceeds(result.noSpeechProb, thresholds.noSpeechThreshold));
  const isInvented = (segment: WindowSegment, i: number) =>
    isSilent ||
    (isInPause(segment, window) &&
      (words === undefined ? isDoubtful(result, thresholds) : isAnomalous({ words: words[i] ?? [] })));
  const invented = new Set(result.segments.filter(isInvented));
  if (invented.size === 0) return decoded;
  const isKept = (_: unknown, i: number) => !invented.has(result.segments[i]!);
  const segments = result.segments.filter(isKept);
  return { ...decoded, result: { ...result, segments }, words: words?.filter(isKept) };
}

/** Whether it is worth while to decode a window, in which the VAD heard nobody, at higher temperatures. */
export function mayBeFaintSpeech({ languageProbability, noSpeechProb }: WindowResult): boolean {
  return languageProbability >= FAINT_LANGUAGE_PROBABILITY && noSpeechProb <= FAINT_NO_SPEECH_PROBABILITY;
}

function isFaintSpeech(result: WindowResult, { logprobThreshold }: Thresholds): boolean {
  if (logprobThreshold !== undefined && result.avgLogprob < logprobThreshold) return false;
  return mayBeFaintSpeech(result) && !result.isCut;
}

/** Hardly a word for all of its time. */
function isSparse(result: WindowResult, place: Place): boolean {
  return textTokens(result) < secondsOf(place) * SPARSE_TOKENS_PER_SECOND;
}

/** More than could be said in its time, as "Thank you." in a tenth of a second. */
function isTooFast(result: WindowResult, place: Place): boolean {
  return textTokens(result) > Math.max(MIN_TOKENS, secondsOf(place) * MAX_TOKENS_PER_SECOND);
}

/** Nearly: each segment has a timestamp at both ends, but for one that never ended. */
function textTokens({ segments }: WindowResult): number {
  return segments.filter(hasText).reduce((sum, segment) => sum + segment.tokens.length - 2, 0);
}

function secondsOf({ startSample, endSample }: Place): number {
  return (endSample - startSample) / SAMPLE_RATE_HZ;
}

/** Between spans of speech, where the VAD heard nobody. */
function isInPause({ startSeconds, endSeconds }: WindowSegment, { startSample, speech }: Place): boolean {
  const offset = startSample / SAMPLE_RATE_HZ;
  const isHeard = speech.some(
    (span) =>
      span.endSample / SAMPLE_RATE_HZ > offset + startSeconds &&
      span.startSample / SAMPLE_RATE_HZ < offset + endSeconds,
  );
  return !isHeard && speech.length > 0;
}

/** One of the two signs that together mean silence. */
function isDoubtful(result: WindowResult, { noSpeechThreshold, logprobThreshold }: Thresholds): boolean {
  const isUnlikely = logprobThreshold !== undefined && result.avgLogprob < logprobThreshold;
  return isUnlikely || exceeds(result.noSpeechProb, noSpeechThreshold);
}

function exceeds(value: number, threshold: number | undefined): boolean {
  return threshold !== undefined && value > threshold;
}
