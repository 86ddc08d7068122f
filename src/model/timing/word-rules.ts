/** openai/whisper's rules for word times: timing.py:245-386 at c0d2f62. */
import type { Word } from "../../transcript.js";
import type { AlignedWord } from "./aligned-word.js";
import { mergePunctuation, type PunctuationOptions } from "./punctuation.js";

interface TimedSegment {
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Special ones may be among them. */
  readonly tokens: readonly number[];
}

interface WordRuleOptions extends PunctuationOptions {
  /** Where the window begins, on the segments' clock. */
  readonly offsetSeconds: number;
  /** End of what was said before these segments, on their clock. */
  readonly lastSpeechSeconds: number;
  /** Tokens from this one on are no text. */
  readonly endToken: number;
}

interface WithWords<S> {
  readonly segments: (S & { readonly words: readonly Word[] })[];
  readonly lastSpeechSeconds: number;
}

const SENTENCE_ENDS = ".。!！?？";
/** No median of word durations is taken for longer. */
const LONGEST_MEDIAN_SECONDS = 0.7;
/** After a pause of more than so many medians the first words may have swallowed part of it. */
const PAUSE_MEDIANS = 4;
/** The model's own segment times count where a word reaches so far beyond them. */
const SEGMENT_TOLERANCE_SECONDS = 0.5;

type MutableWord = { -readonly [key in keyof Word]: Word[key] };
type MutableAlignment = { -readonly [key in keyof AlignedWord]: AlignedWord[key] };

/**
 * Gives the segments of one window their words and moves their ends to these. `alignment` are the words of all of them, in order,
 * on the window's clock.
 */
export function addWordTimestamps<S extends TimedSegment>(
  segments: readonly S[],
  alignment: readonly AlignedWord[],
  options: WordRuleOptions,
): WithWords<S> {
  const timings = alignment.map((timing) => ({ ...timing }));
  const durations = timings.map(({ startSeconds, endSeconds }) => endSeconds - startSeconds);
  const medianSeconds = medianDuration(durations.filter((seconds) => seconds !== 0));
  truncateAtSentences(timings, medianSeconds * 2);
  const merged = mergePunctuation(timings, options);

  let { lastSpeechSeconds } = options;
  let next = 0;
  const withWords = segments.map((segment) => {
    const wanted = segment.tokens.filter((token) => token < options.endToken).length;
    const words: MutableWord[] = [];
    for (let taken = 0; next < merged.length && taken < wanted; next++) {
      const { word, tokens, startSeconds, endSeconds, probability } = merged[next]!;
      taken += tokens.length;
      if (word === "") continue;
      words.push({
        word,
        startSeconds: roundToCents(options.offsetSeconds + startSeconds),
        endSeconds: roundToCents(options.offsetSeconds + endSeconds),
        probability,
      });
    }
    if (words.length === 0) return { ...segment, words };
    truncateAfterPause(words, lastSpeechSeconds, medianSeconds);
    const times = agreeOnEnds(words, segment, medianSeconds);
    lastSpeechSeconds = times.endSeconds;
    return { ...segment, ...times, words };
  });
  return { segments: withWords, lastSpeechSeconds };
}

/** Capped; 0 for no words. */
function medianDuration(durations: readonly number[]): number {
  if (durations.length === 0) return 0;
  const sorted = [...durations].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return Math.min(LONGEST_MEDIAN_SECONDS, median);
}

/** The pause after a sentence often counts to its full stop or to the word behind it. */
function truncateAtSentences(timings: readonly MutableAlignment[], maxSeconds: number): void {
  if (maxSeconds === 0) return;
  for (const [i, timing] of timings.entries()) {
    const previous = timings[i - 1];
    if (previous === undefined || timing.endSeconds - timing.startSeconds <= maxSeconds) continue;
    if (SENTENCE_ENDS.includes(timing.word)) timing.endSeconds = timing.startSeconds + maxSeconds;
    else if (SENTENCE_ENDS.includes(previous.word)) timing.startSeconds = timing.endSeconds - maxSeconds;
  }
}

/** The first and second word after a pause are no longer than twice the median. */
function truncateAfterPause(
  words: readonly MutableWord[],
  lastSpeechSeconds: number,
  medianSeconds: number,
): void {
  const [first, second] = words as [MutableWord, MutableWord | undefined];
  const maxSeconds = medianSeconds * 2;
  if (first.endSeconds - lastSpeechSeconds <= medianSeconds * PAUSE_MEDIANS) return;
  const isLong = first.endSeconds - first.startSeconds > maxSeconds;
  const areLong = second !== undefined && second.endSeconds - first.startSeconds > maxSeconds * 2;
  if (!isLong && !areLong) return;
  if (second !== undefined && second.endSeconds - second.startSeconds > maxSeconds) {
    const boundary = Math.max(second.endSeconds / 2, second.endSeconds - maxSeconds);
    first.endSeconds = boundary;
    second.startSeconds = boundary;
  }
  first.startSeconds = Math.max(0, first.endSeconds - maxSeconds);
}

/** Words and segment get the same start and end: the words', but for words that reach far beyond the segment. */
function agreeOnEnds(
  words: readonly MutableWord[],
  segment: TimedSegment,
  medianSeconds: number,
): { startSeconds: number; endSeconds: number } {
  let { startSeconds, endSeconds } = segment;
  const first = words[0]!;
  const last = words.at(-1)!;
  if (startSeconds < first.endSeconds && startSeconds - SEGMENT_TOLERANCE_SECONDS > first.startSeconds) {
    first.startSeconds = Math.max(0, Math.min(first.endSeconds - medianSeconds, startSeconds));
  } else {
    startSeconds = first.startSeconds;
  }
  if (endSeconds > last.startSeconds && endSeconds + SEGMENT_TOLERANCE_SECONDS < last.endSeconds) {
    last.endSeconds = Math.max(last.startSeconds + medianSeconds, endSeconds);
  } else {
    endSeconds = last.endSeconds;
  }
  return { startSeconds, endSeconds };
}

/** Python's `round(seconds, 2)`: by the exact value; of two equally near the even one. Only odd eighths lie between two. */
function roundToCents(seconds: number): number {
  const isTie = Number.isInteger(seconds * 8) && !Number.isInteger(seconds * 4);
  if (!isTie) return Number(seconds.toFixed(2));
  const below = Math.floor(seconds * 100);
  return (below % 2 === 0 ? below : below + 1) / 100;
}
