/** From a window's segments to those of the recording: times moved, and kept to where somebody speaks. */
import { hasText, type WindowResult } from "../model/window.js";
import type { Segment } from "../transcript.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../units.js";

interface Place {
  readonly startSample: number;
  readonly endSample: number;
  readonly speech: readonly { readonly startSample: number; readonly endSample: number }[];
}

/** Shorter than a frame of speech is no time to read anything. */
const MIN_SECONDS = 0.1;

/** `firstId`: id of the first segment returned; `notBeforeSeconds`: end of the segment before. */
export function placeSegments(
  result: WindowResult,
  place: Place,
  firstId: number,
  notBeforeSeconds: number,
): Segment[] {
  const offsetSeconds = place.startSample / SAMPLE_RATE_HZ;
  // The model may put text behind the window's end; there it would hold up the next window's.
  const latestStart = Math.max(offsetSeconds, place.endSample / SAMPLE_RATE_HZ - MIN_SECONDS);
  let previousEnd = notBeforeSeconds;
  return result.segments.filter(hasText).map((segment, i) => {
    const said = withinSpeech(
      Math.min(offsetSeconds + segment.startSeconds, latestStart),
      offsetSeconds + segment.endSeconds,
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
    };
  });
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
