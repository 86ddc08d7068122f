/**
 * Where words begin and end, better than attention alone knows it. Attention says when the decoder's eye moves from one word to the
 * next; loudness says where nobody speaks; and words of so many letters last about so long. The boundaries of all words of a
 * window are chosen together, by the least sum of what they cost (Viterbi over 10 ms frames).
 *
 * How the constants came about: docs/notes/word-times.md.
 */
import type { Pause } from "../../dsp/pauses.js";
import { FRAMES_PER_SECOND } from "../../units.js";

interface TimedWord {
  readonly word: string;
  /** From the start of the window. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Frames by which attention is off otherwise, as a standard deviation; further off it looks elsewhere, into a pause, and says nothing. */
const ATTENTION_SPREAD = 4;
const MOST_DEVIATIONS = 4;
/** Frames that a word lasts, for the word itself and for each of its letters: only their ratio counts, the window has its own rate. */
const FRAMES_PER_WORD = 6;
const FRAMES_PER_LETTER = 5.5;
/** Words of a whole window last at least and at most so many times as long. */
const RATE_LIMITS = [0.6, 1.8] as const;
/** Standard deviation of the logarithm of durations. */
const DURATION_SPREAD = 0.4;
/** A frame in the wrong place costs this: a quiet one in a word, but for a few, since stops close the mouth… */
const MISPLACED_FRAME_COST = 0.1;
const FREE_QUIET_FRAMES = 6;
/** …and a voiced one in none: between two pauses there may be a breath or an "um" that was not written down, at most so long. */
const MOST_UNSAID_FRAMES = 100;
const SHORTEST_WORD_FRAMES = 3;
/** Boundaries are looked for in so many frames before and behind where attention moves on. */
const FRAMES_BEFORE = 10;
const FRAMES_BEHIND = 40;
/** A pause is a candidate for the boundary it lies at, up to so many frames beyond the words around. */
const PAUSE_REACH_FRAMES = 30;

/** Between two words, or before the first or behind the last: one ends, later or at once the other begins. Its own cost counts too. */
interface Boundary {
  readonly endFrame: number;
  readonly startFrame: number;
  readonly cost: number;
}

/**
 * The same words with better times, in whole frames, in order and without overlap; as they are where no order of them fits. `words`
 * have punctuation merged into them; `frameCount` is the audio of the window, `lead` the model's (attention-lead.ts).
 */
export function refineBoundaries<W extends TimedWord>(
  words: readonly W[],
  pauses: readonly Pause[],
  frameCount: number,
  lead: number,
): W[] {
  if (words.length === 0) return [];
  const quietBefore = cumulativeQuiet(pauses, frameCount);
  const durations = expectedDurations(words, quietBefore);
  const candidates = boundariesOf(words, pauses, frameCount);
  const chosen = cheapest(words, candidates, durations, quietBefore, lead);
  if (chosen === undefined) return [...words];
  return words.map((word, i) => ({
    ...word,
    startSeconds: chosen[i]!.startFrame / FRAMES_PER_SECOND,
    endSeconds: chosen[i + 1]!.endFrame / FRAMES_PER_SECOND,
  }));
}

/** [frameCount + 1]: quiet frames before each. */
function cumulativeQuiet(pauses: readonly Pause[], frameCount: number): Int32Array {
  const before = new Int32Array(frameCount + 1);
  for (const { startFrame, endFrame } of pauses) before.fill(1, startFrame + 1, endFrame + 1);
  for (let frame = 0; frame < frameCount; frame++) before[frame + 1]! += before[frame]!;
  return before;
}

/** Frames of each word at the window's own rate of speech. */
function expectedDurations(words: readonly TimedWord[], quietBefore: Int32Array): number[] {
  const usual = words.map(
    ({ word }) =>
      FRAMES_PER_WORD + FRAMES_PER_LETTER * Math.max(1, [...word.replace(/[^\p{L}\p{N}]/gu, "")].length),
  );
  const last = quietBefore.length - 1;
  const first = Math.min(last, toFrame(words[0]!.startSeconds));
  const end = Math.min(last, toFrame(words.at(-1)!.endSeconds));
  const spoken = end - first - (quietBefore[end]! - quietBefore[first]!);
  const [least, most] = RATE_LIMITS;
  const rate = Math.min(most, Math.max(least, spoken / usual.reduce((sum, frames) => sum + frames, 0)));
  return usual.map((frames) => frames * rate);
}

/** Candidates for each boundary, one more than words: frames near where attention moves on, and pauses around, also several as one. */
function boundariesOf(
  words: readonly TimedWord[],
  pauses: readonly Pause[],
  frameCount: number,
): Boundary[][] {
  return Array.from({ length: words.length + 1 }, (_, i) => {
    const before = words[i - 1];
    const after = words[i];
    const left = toFrame((before?.endSeconds ?? after?.startSeconds)!);
    const reached = toFrame((after?.startSeconds ?? before?.endSeconds)!);
    const first = Math.max(0, left - FRAMES_BEFORE);
    const last = Math.min(frameCount, reached + FRAMES_BEHIND);
    const candidates: Boundary[] = [];
    for (let frame = first; frame <= last; frame++)
      candidates.push({ endFrame: frame, startFrame: frame, cost: 0 });
    const from = before === undefined ? 0 : toFrame(before.startSeconds);
    const to = after === undefined ? frameCount : toFrame(after.endSeconds) + PAUSE_REACH_FRAMES;
    const near = pauses.filter(({ startFrame, endFrame }) => endFrame >= from && startFrame <= to);
    for (const [first, { startFrame }] of near.entries()) {
      let unsaid = 0;
      for (let last = first; last < near.length && unsaid <= MOST_UNSAID_FRAMES; last++) {
        const { endFrame } = near[last]!;
        candidates.push({ endFrame: startFrame, startFrame: endFrame, cost: unsaid * MISPLACED_FRAME_COST });
        unsaid += (near[last + 1]?.startFrame ?? endFrame) - endFrame;
      }
    }
    return candidates;
  });
}

/** One boundary of each list, with the least cost in all; undefined where words are too many for their time. */
function cheapest(
  words: readonly TimedWord[],
  candidates: readonly (readonly Boundary[])[],
  durations: readonly number[],
  quietBefore: Int32Array,
  lead: number,
): Boundary[] | undefined {
  const logOf = Float64Array.from(quietBefore, (_, frames) => Math.log(frames));
  let costs = Float64Array.from(candidates[0]!, ({ cost }) => cost);
  const ways: Int32Array[] = [];
  for (const [i, word] of words.entries()) {
    const leaves = word.endSeconds * FRAMES_PER_SECOND;
    const after = words[i + 1];
    const reaches = after === undefined ? leaves : after.startSeconds * FRAMES_PER_SECOND;
    const usual = Math.log(durations[i]!);
    const starts = candidates[i]!;
    const ends = candidates[i + 1]!;
    const next = new Float64Array(ends.length).fill(Number.POSITIVE_INFINITY);
    const way = new Int32Array(ends.length).fill(-1);
    for (const [e, end] of ends.entries()) {
      for (let s = 0; s < starts.length; s++) {
        const { startFrame } = starts[s]!;
        const frames = end.endFrame - startFrame;
        if (frames < SHORTEST_WORD_FRAMES || costs[s]! >= next[e]!) continue;
        const deviation = (logOf[frames]! - usual) / DURATION_SPREAD;
        const quiet = quietBefore[end.endFrame]! - quietBefore[startFrame]!;
        const cost =
          costs[s]! +
          end.cost +
          0.5 * deviation * deviation +
          attentionCost(leaves, reaches, end.endFrame - lead * frames, latestLeave(end, after)) +
          MISPLACED_FRAME_COST * Math.max(0, quiet - FREE_QUIET_FRAMES);
        if (cost >= next[e]!) continue;
        next[e] = cost;
        way[e] = s;
      }
    }
    costs = next;
    ways.push(way);
  }
  return walkBack(candidates, ways, costs);
}

/** Where a pause follows a word, attention leaves it by then, unless nothing comes behind the pause: it does not matter where it rests. */
function latestLeave({ endFrame, startFrame }: Boundary, after: TimedWord | undefined): number {
  if (startFrame === endFrame) return 0;
  return after === undefined ? startFrame : endFrame;
}

/** Attention leaves a word at the frame `expected`, or from there to `latest`. */
function attentionCost(leaves: number, reaches: number, expected: number, latest: number): number {
  // What is between leaving and reaching went to punctuation: any of it may be where attention moved on.
  const off = reaches < expected ? expected - reaches : Math.max(0, leaves - Math.max(expected, latest));
  const deviation = Math.min(off / ATTENTION_SPREAD, MOST_DEVIATIONS);
  return 0.5 * deviation * deviation;
}

function walkBack(
  candidates: readonly (readonly Boundary[])[],
  ways: readonly Int32Array[],
  costs: Float64Array,
): Boundary[] | undefined {
  let at = costs.indexOf(Math.min(...costs));
  const chosen = [candidates.at(-1)![at]!];
  if (costs[at] === Number.POSITIVE_INFINITY) return undefined;
  for (let i = ways.length - 1; i >= 0; i--) {
    at = ways[i]![at]!;
    chosen.unshift(candidates[i]![at]!);
  }
  return chosen;
}

function toFrame(seconds: number): number {
  return Math.round(seconds * FRAMES_PER_SECOND);
}
