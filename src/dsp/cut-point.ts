/** Where to cut speech that is longer than a window: at the best pause, else where it is least like speech. */
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../units.js";
import type { FrameHistory } from "./frame-history.js";
import { VAD_FRAME_SAMPLES } from "./speech-detector.js";

/** A pause gains nothing by being longer. */
export const LONG_PAUSE_SAMPLES = SAMPLE_RATE_HZ;
/**
 * Probabilities of Silero fall below the negative threshold about 100 ms (median) after a word's end, but
 * rise within a frame of the next word's start, so a pause began this much before its first quiet frame.
 */
const FALL_DELAY_SAMPLES = 3 * VAD_FRAME_SAMPLES;

interface CutRegion {
  /** The cut lies between these. */
  readonly fromSample: number;
  readonly limitSample: number;
  /** Frames below it are quiet. */
  readonly negativeThreshold: number;
}

/** The sample to cut at, in whole hops; of pauses as good as each other the later one. */
export function findCut(
  history: FrameHistory,
  { fromSample, limitSample, negativeThreshold }: CutRegion,
): number {
  const endFrame = history.frames;
  let cutSample = 0;
  let bestScore = 0;
  let quietFrames = 0;
  for (let frame = Math.ceil(fromSample / VAD_FRAME_SAMPLES); frame <= endFrame; frame++) {
    if (frame < endFrame && !(history.at(frame) >= negativeThreshold)) {
      quietFrames++;
      continue;
    }
    if (quietFrames === 0) continue;
    const pauseEnd = frame * VAD_FRAME_SAMPLES;
    const pauseStart = Math.max(pauseEnd - quietFrames * VAD_FRAME_SAMPLES - FALL_DELAY_SAMPLES, fromSample);
    quietFrames = 0;
    if (pauseStart >= limitSample) break;
    const middle = Math.min((pauseStart + pauseEnd) / 2, limitSample);
    // Every window costs the same, so fuller is cheaper: twice as good at the region's end as at its start.
    const fullness = (1 + (middle - fromSample) / (limitSample - fromSample)) / 2;
    const score = Math.min(pauseEnd - pauseStart, LONG_PAUSE_SAMPLES) * fullness;
    if (score >= bestScore) {
      bestScore = score;
      cutSample = middle;
    }
  }
  if (bestScore === 0) cutSample = leastSpeechLike(history, fromSample, limitSample);
  return Math.floor(cutSample / HOP_SAMPLES) * HOP_SAMPLES;
}

function leastSpeechLike(history: FrameHistory, fromSample: number, limitSample: number): number {
  const firstFrame = Math.ceil(fromSample / VAD_FRAME_SAMPLES) + 1;
  const lastFrame = Math.min(Math.floor(limitSample / VAD_FRAME_SAMPLES), history.frames - 2);
  let lowest = Number.POSITIVE_INFINITY;
  let lowestFrame = lastFrame;
  for (let frame = firstFrame; frame <= lastFrame; frame++) {
    const sum = history.at(frame - 1) + history.at(frame) + history.at(frame + 1);
    if (sum <= lowest) {
      lowest = sum;
      lowestFrame = frame;
    }
  }
  // A dip shows late, like every fall: the voice was weakest in the middle of [frame - delay, frame + 1).
  return lowestFrame * VAD_FRAME_SAMPLES - (FALL_DELAY_SAMPLES - VAD_FRAME_SAMPLES) / 2;
}
