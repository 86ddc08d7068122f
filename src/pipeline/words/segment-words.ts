/** The words of a window, by segment, with times that the audio agrees with. */
import { findPauses, type Pause } from "../../dsp/pauses.js";
import type { AlignedWord } from "../../model/timing/aligned-word.js";
import { DEFAULT_PUNCTUATION, mergePunctuation } from "../../model/timing/punctuation.js";
import type { Word } from "../../transcript.js";
import { HOP_SAMPLES } from "../../units.js";
import { refineBoundaries } from "./word-boundaries.js";

/** The audio of a window. */
interface WindowAudio {
  readonly startSample: number;
  readonly speech: readonly { readonly startSample: number; readonly endSample: number }[];
  /** [frames × nMels], log10 of mel power. */
  readonly columns: Float32Array;
  readonly nMels: number;
  /** Of the model that aligned, see attention-lead.ts. */
  readonly lead: number;
}

/**
 * For each segment its words, in seconds from the start of the window. `tokenCounts` are the segments' text tokens, which
 * `alignment` has all of, in order.
 */
export function segmentWords(
  tokenCounts: readonly number[],
  alignment: readonly AlignedWord[],
  audio: WindowAudio,
): Word[][] {
  const merged = mergePunctuation(alignment, DEFAULT_PUNCTUATION);
  const segments = segmentOfEach(merged, tokenCounts);
  const spoken = merged.flatMap((word, i) => (word.word === "" ? [] : [{ ...word, segment: segments[i]! }]));
  const frames = audio.columns.length / audio.nMels;
  const refined = refineBoundaries(spoken, pausesOf(audio), frames, audio.lead);
  return tokenCounts.map((_, i) =>
    refined
      .filter(({ segment }) => segment === i)
      .map(({ word, startSeconds, endSeconds, probability }) => ({
        word,
        startSeconds,
        endSeconds,
        probability,
      })),
  );
}

/** A word belongs to the segment that its first token is in, as in openai/whisper timing.py:334-356. */
function segmentOfEach(words: readonly AlignedWord[], tokenCounts: readonly number[]): number[] {
  let segment = 0;
  let room = tokenCounts[0] ?? 0;
  return words.map(({ tokens }) => {
    while (room <= 0 && segment < tokenCounts.length - 1) room = tokenCounts[++segment]!;
    room -= tokens.length;
    return segment;
  });
}

/** What is quiet, and what the VAD heard nobody in: where there is noise, pauses are not quiet. */
function pausesOf({ startSample, speech, columns, nMels }: WindowAudio): Pause[] {
  const frameOf = (sample: number) => (sample - startSample) / HOP_SAMPLES;
  const silent = speech.slice(1).map((span, i) => ({
    startFrame: frameOf(speech[i]!.endSample),
    endFrame: frameOf(span.startSample),
  }));
  const all = [...findPauses(columns, nMels), ...silent].sort((a, b) => a.startFrame - b.startFrame);
  const joined: Pause[] = [];
  for (const pause of all) {
    const last = joined.at(-1);
    if (last === undefined || pause.startFrame > last.endFrame) joined.push(pause);
    else joined[joined.length - 1] = { ...last, endFrame: Math.max(last.endFrame, pause.endFrame) };
  }
  return joined.filter(({ startFrame, endFrame }) => endFrame > startFrame);
}
