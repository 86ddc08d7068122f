/** Parts of a recording to transcribe (`--clip-timestamps`). Source: openai/whisper transcribe.py:152-160. */
import { roundHalfToEven } from "../../model/decoding/python-round.js";
import { FRAMES_PER_SECOND } from "../../units.js";

/** In mel frames; the end is exclusive. */
export interface Clip {
  readonly startFrame: number;
  readonly endFrame: number;
}

/** `seconds`: start, end, start, end …; a last start without an end goes on to the end of the recording; none is all of it. */
export function clipsOf(seconds: readonly number[], contentFrames: number): Clip[] {
  const points = seconds.map((time) => roundHalfToEven(time * FRAMES_PER_SECOND));
  if (points.length === 0) points.push(0);
  if (points.length % 2 === 1) points.push(contentFrames);
  const clips: Clip[] = [];
  for (let i = 0; i < points.length; i += 2) {
    clips.push({ startFrame: points[i]!, endFrame: points[i + 1]! });
  }
  return clips;
}
