/** Text that was probably invented, told by its words, and where to go on instead. Source: openai/whisper transcribe.py:316-472. */
import { roundHalfToEven } from "../../model/decoding/python-round.js";
import type { Word } from "../../transcript.js";
import { FRAMES_PER_SECOND } from "../../units.js";

interface SegmentWithWords {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly words: readonly Word[];
}

/** The window that was decoded, and what to go on with if nothing is wrong. */
export interface DecodedSpan {
  readonly seekFrames: number;
  readonly windowFrames: number;
  readonly nextSeekFrames: number;
  readonly endsWithOneTimestamp: boolean;
  /** End of what was said before the window. */
  readonly lastSpeechSeconds: number;
  /** Frames of the whole recording. */
  readonly contentFrames: number;
}

interface Verdict<S> {
  readonly nextSeekFrames: number;
  /** What to keep; undefined: nothing of this window counts, not even its text as a prompt. */
  readonly segments: readonly S[] | undefined;
}

/** Words that are punctuation alone say nothing of how well a word fits. */
const PUNCTUATION = "\"'“¿([{-\"'.。,，!！?？:：”)]}、";
/** How many words of a segment are looked at. */
const JUDGED_WORDS = 8;
/** Shorter than this (openai/whisper: 133 ms) or longer than 2 s no word is said; below 0.15 the model itself doubts it. */
const SHORTEST_WORD_SECONDS = 0.133;
const LONGEST_WORD_SECONDS = 2;
const DOUBTFUL_PROBABILITY = 0.15;
/** A window ends 30 s after its start, whatever part of it holds audio. */
const FULL_WINDOW_SECONDS = 30;
/** So near the window's ends what is beyond counts as silence. */
const EDGE_SECONDS = 2;

export function wordAnomaly({ probability, startSeconds, endSeconds }: Word): number {
  const seconds = endSeconds - startSeconds;
  let score = probability < DOUBTFUL_PROBABILITY ? 1 : 0;
  if (seconds < SHORTEST_WORD_SECONDS) score += (SHORTEST_WORD_SECONDS - seconds) * 15;
  if (seconds > LONGEST_WORD_SECONDS) score += seconds - LONGEST_WORD_SECONDS;
  return score;
}

/** Whether a segment's first words look invented. */
export function isAnomalous(segment: Pick<SegmentWithWords, "words"> | undefined): boolean {
  if (segment === undefined || segment.words.length === 0) return false;
  const words = segment.words.filter(({ word }) => !PUNCTUATION.includes(word)).slice(0, JUDGED_WORDS);
  const score = words.reduce((sum, word) => sum + wordAnomaly(word), 0);
  return score >= 3 || score + 0.01 >= words.length;
}

/** Where the last word ends; without words where the last segment does. */
export function lastEndSeconds(segments: readonly SegmentWithWords[]): number | undefined {
  const last = segments.findLast(({ words }) => words.length > 0)?.words.at(-1);
  return last?.endSeconds ?? segments.at(-1)?.endSeconds;
}

/** With word times the next window begins at the end of the last word, which is more exact than the last timestamp. */
export function seekByWords(segments: readonly SegmentWithWords[], span: DecodedSpan): number {
  const end = lastEndSeconds(segments);
  if (span.endsWithOneTimestamp || end === undefined || end <= secondsOf(span.seekFrames))
    return span.nextSeekFrames;
  return framesOf(end);
}

/** Leaves out segments that look invented and stand between silence of more than `thresholdSeconds`. */
export function withoutHallucinations<S extends SegmentWithWords>(
  segments: readonly S[],
  span: DecodedSpan,
  thresholdSeconds: number,
): Verdict<S> {
  const { seekFrames, windowFrames, contentFrames } = span;
  const offset = secondsOf(seekFrames);
  const windowEnd = offset + FULL_WINDOW_SECONDS;
  let nextSeekFrames = seekByWords(segments, span);
  const end = lastEndSeconds(segments);
  if (!span.endsWithOneTimestamp && end !== undefined && end > offset) {
    // A short silence is not worth a window of its own.
    if (windowEnd - end <= thresholdSeconds) nextSeekFrames = seekFrames + windowFrames;
  }
  const first = nextWithWords(segments, 0);
  if (first !== undefined && isAnomalous(first) && first.startSeconds - offset > thresholdSeconds) {
    return { nextSeekFrames: seekFrames + framesOf(first.startSeconds - offset), segments: undefined };
  }
  let lastEnd = span.lastSpeechSeconds;
  for (const [i, segment] of segments.entries()) {
    if (segment.words.length === 0) continue;
    if (isAnomalous(segment)) {
      const next = nextWithWords(segments, i + 1);
      const nextStart = next?.words[0]?.startSeconds ?? offset + secondsOf(windowFrames);
      const silenceBefore =
        segment.startSeconds - lastEnd > thresholdSeconds ||
        segment.startSeconds < thresholdSeconds ||
        segment.startSeconds - offset < EDGE_SECONDS;
      const silenceAfter =
        nextStart - segment.endSeconds > thresholdSeconds ||
        isAnomalous(next) ||
        windowEnd - segment.endSeconds < EDGE_SECONDS;
      if (silenceBefore && silenceAfter) {
        const isLast = secondsOf(contentFrames) - segment.endSeconds < thresholdSeconds;
        const again = framesOf(Math.max(offset + 1, segment.startSeconds));
        return { nextSeekFrames: isLast ? contentFrames : again, segments: segments.slice(0, i) };
      }
    }
    lastEnd = segment.endSeconds;
  }
  return { nextSeekFrames, segments };
}

function nextWithWords<S extends SegmentWithWords>(segments: readonly S[], from: number): S | undefined {
  return segments.slice(from).find(({ words }) => words.length > 0);
}

function secondsOf(frames: number): number {
  return frames / FRAMES_PER_SECOND;
}

function framesOf(seconds: number): number {
  return roundHalfToEven(seconds * FRAMES_PER_SECOND);
}
