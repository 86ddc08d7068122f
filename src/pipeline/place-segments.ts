/** From a window's segments to those of the recording: times moved, and kept to where somebody speaks. */
import { hasText, type WindowResult } from "../model/window.js";
import type { Segment, Word } from "../transcript.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../units.js";

interface Place {
  readonly startSample: number;
  readonly endSample: number;
  readonly speech: readonly { readonly startSample: number; readonly endSample: number }[];
}

/** Shorter than a frame of speech is no time to read anything. */
const MIN_SECONDS = 0.1;

/**
 * `firstId`: id of the first segment returned; `notBeforeSeconds`: end of the segment before. `words` are those of each segment
 * on the window's clock, where they are wanted; a segment with words begins and ends with them.
 */
export function placeSegments(
  result: WindowResult,
  place: Place,
  firstId: number,
  notBeforeSeconds: number,
  words?: readonly (readonly Word[])[],
): Segment[] {
  const offsetSeconds = place.startSample / SAMPLE_RATE_HZ;
  // The model may put text behind the window's end; there it would hold up the next window's.
  const latestStart = Math.max(offsetSeconds, place.endSample / SAMPLE_RATE_HZ - MIN_SECONDS);
  let previousEnd = notBeforeSeconds;
  const segments = result.segments.map((segment, i) => ({ ...segment, words: words?.[i] }));
  return segments.filter(hasText).map((segment, i) => {
    const said = withinSpeech(
      Math.min(offsetSeconds + (segment.words?.[0] ?? segment).startSeconds, latestStart),
      offsetSeconds + (segment.words?.at(-1) ?? segment).endSeconds,
      place,
    );
    const startSeconds = round(Math.max(said.startSeconds, previousEnd));
    const endSeconds = round(Math.max(said.endSeconds, startSeconds + MIN_SECONDS));
    previousEnd = endSeconds;
    return {
      id: firstId + i,
      seekFrames: place.startSample / HOP_SAMPLES,
      startSeconds,
      endSeconds,
      text: segment.text,
      tokens: segment.tokens,
      temperature: result.temperature,
      avgLogprob: result.avgLogprob,
      compressionRatio: result.compressionRatio,
      noSpeechProb: result.noSpeechProb,
      ...(segment.words === undefined
        ? {}
        : { words: placeWords(segment.words, offsetSeconds, startSeconds, endSeconds) }),
    };
  });
}

/** Inside their segment, in order. */
function placeWords(
  words: readonly Word[],
  offsetSeconds: number,
  fromSeconds: number,
  toSeconds: number,
): Word[] {
  const inside = (seconds: number) =>
    round(Math.min(Math.max(offsetSeconds + seconds, fromSeconds), toSeconds));
  return words.map((word) => ({
    ...word,
    startSeconds: inside(word.startSeconds),
    endSeconds: inside(word.endSeconds),
  }));
}

/** The part of [start, end] from the first to the last voice in it; all of it, inside the window, where VAD heard none. */
function withinSpeech(startSeconds: number, endSeconds: number, { startSample, endSample, speech }: Place) {
  const heard = speech.filter(
    (span) =>
      span.endSample / SAMPLE_RATE_HZ > startSeconds && span.startSample / SAMPLE_RATE_HZ < endSeconds,
  );
  const first = heard[0]?.startSample ?? startSample;
  const last = heard.at(-1)?.endSample ?? endSample;
  return {
    startSeconds: Math.max(startSeconds, first / SAMPLE_RATE_HZ),
    endSeconds: Math.min(endSeconds, last / SAMPLE_RATE_HZ),
  };
}

/** Milliseconds are the finest any format shows. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
