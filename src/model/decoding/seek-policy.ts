/** Where the next window begins. Source: openai/whisper transcribe.py:339-399. */
import { FRAMES_PER_TOKEN, TOKENS_PER_SECOND } from "../../units.js";
import type { SegmentedWindow } from "./segments.js";

/**
 * Mel frames to go on by. A window whose text ends with one timestamp, or has no pair of them, is done with; otherwise the
 * last segment did not end in it, and the next window begins where that one does.
 */
export function seekAdvanceFrames(split: SegmentedWindow, windowFrames: number): number {
  if (split.endsWithOneTimestamp || !split.hasPairs) return windowFrames;
  const lastTimestamp = Math.round(split.segments.at(-1)!.endSeconds * TOKENS_PER_SECOND);
  return lastTimestamp * FRAMES_PER_TOKEN;
}
