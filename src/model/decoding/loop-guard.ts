/**
 * Tells a loop of the decoder from a speaker who repeats himself, while decoding. Both give the same tokens with the same
 * certainty; but who repeats himself takes time, so the alignment heads look further on in the audio with every copy, and in a
 * loop they stay where they are (docs/notes/guards.md has what was measured).
 */
import { SECONDS_PER_TIMESTAMP, TOKENS_PER_SECOND } from "../../units.js";
import type { AttentionScores } from "../timing/attention-matrix.js";
import { attendedFrame } from "./attended-frame.js";
import { type Repetition, repetitionAtEnd, repetitionsIn } from "./repetition.js";
import type { LoopCut } from "./token-decoder.js";

/** The attention of the decoder to a window's audio. */
export interface TextAttention {
  readonly attention: AttentionScores;
  /** The row that foretells the first text token. */
  readonly firstRow: number;
}

export interface Review {
  /** The tokens without copies that nobody said. */
  readonly tokens: readonly number[];
  /** The same with one copy of each repetition: what a speaker repeats does not count as a loop when it is compressed. */
  readonly once: readonly number[];
}

/** Nobody says anything more often than eight times a second. */
const MIN_ADVANCE_SECONDS = 0.12;
/** Attention is noisy: so many copies in a row must stand still, or all after the first. */
const STALLED_COPIES = 3;
/** A speaker who says it a second time is heard; once may be the model's own. */
const MIN_SPOKEN_COPIES = 2;
/** What is attended to last is the middle of a sound. */
const SOUND_SECONDS = 0.2;
/** The fastest speech there is (whisper_streaming's figure), and enough for a window of a word. */
const MAX_TOKENS_PER_SECOND = 22.5;
const MIN_TOKEN_CAP = 50;

/** Tokens after which a window of so much audio has gone astray. */
export function tokenCap(windowSeconds: number): number {
  return Math.max(MIN_TOKEN_CAP, Math.ceil(MAX_TOKENS_PER_SECOND * windowSeconds));
}

/**
 * Whether a growing sequence is to be looked into now: its last token has completed the third copy, the sixth, the ninth, and
 * then half as many again, so that a long chant costs little.
 */
export function isSuspicious(tokens: readonly number[], endToken: number): boolean {
  if (tokens.length === 0 || tokens.at(-1)! >= endToken) return false;
  const text = tokens.filter((token) => token < endToken);
  const repetition = repetitionAtEnd(text);
  if (repetition === undefined) return false;
  // Between two copies the run is longer than whole copies.
  const isWhole = text[repetition.start - 1] !== text[repetition.start - 1 + repetition.period];
  return isWhole && isDue(repetition.copies);
}

function isDue(copies: number): boolean {
  let due = 3;
  while (due < copies) due = due < 9 ? due + 3 : Math.ceil(due * 1.5);
  return due === copies;
}

/**
 * How many of the copies, from the first on, were said. `seconds`: where each is attended to; `period`: its tokens. Attention
 * creeps on a little in a loop too, so a copy must be beyond the one before, and all together as far as fast speech would be.
 */
export function spokenCopies(seconds: readonly number[], period: number): number {
  const step = Math.max(MIN_ADVANCE_SECONDS, period / MAX_TOKENS_PER_SECOND);
  let furthest = Number.NEGATIVE_INFINITY;
  let spoken = 0;
  for (const [i, at] of seconds.entries()) {
    if (at < furthest + step || at < seconds[0]! + i * step) continue;
    furthest = at;
    spoken = i + 1;
  }
  const stalled = seconds.length - spoken;
  return stalled >= STALLED_COPIES || stalled === seconds.length - 1 ? spoken : seconds.length;
}

/** What to keep of a sequence that ends in a repetition; undefined where the speaker repeats himself. */
export function cutLoop(
  tokens: readonly number[],
  layout: { readonly endToken: number; readonly firstTimestampToken: number },
  audio: TextAttention,
): LoopCut | undefined {
  const indices = textIndices(tokens, layout.endToken);
  const repetition = repetitionAtEnd(indices.map((index) => tokens[index]!));
  if (repetition === undefined) return undefined;
  const spoken = spokenCopies(copySeconds(repetition, audio), repetition.period);
  if (spoken === repetition.copies) return undefined;
  const keptText = repetition.start + spoken * repetition.period;
  const length = indices[keptText - 1]! + 1;
  const lastSeconds = Math.max(
    secondsOf(keptText - repetition.period, keptText, audio),
    secondsOf(keptText - 1, keptText, audio),
  );
  const kept = tokens.slice(0, length);
  const last = kept.findLast((token) => token >= layout.firstTimestampToken) ?? layout.firstTimestampToken;
  const end = Math.round((lastSeconds + SOUND_SECONDS) / SECONDS_PER_TIMESTAMP);
  const endToken = Math.max(last + 1, layout.firstTimestampToken + end);
  return {
    tokens: [...kept, endToken],
    length,
    endSeconds: (endToken - layout.firstTimestampToken) * SECONDS_PER_TIMESTAMP,
    isAllLoop: repetition.start === 0 && spoken < MIN_SPOKEN_COPIES,
  };
}

/** Looks into all repetitions of a finished sequence: copies that nobody said go, wherever they stand. */
export function reviewRepetitions(tokens: readonly number[], endToken: number, audio: TextAttention): Review {
  const indices = textIndices(tokens, endToken);
  const repetitions = repetitionsIn(indices.map((index) => tokens[index]!));
  const unsaid = new Set<number>();
  const repeated = new Set<number>();
  for (const repetition of repetitions) {
    const { start, period, copies } = repetition;
    const spoken = spokenCopies(copySeconds(repetition, audio), period);
    const behind = (kept: number) => indices.slice(start + kept * period, start + copies * period);
    for (const index of behind(spoken)) unsaid.add(index);
    for (const index of behind(1)) repeated.add(index);
  }
  return {
    tokens: tokens.filter((_, i) => !unsaid.has(i)),
    once: tokens.filter((_, i) => !repeated.has(i)),
  };
}

/** Whether there is anything to look into. */
export function hasRepetition(tokens: readonly number[], endToken: number): boolean {
  return repetitionsIn(tokens.filter((token) => token < endToken)).length > 0;
}

function textIndices(tokens: readonly number[], endToken: number): number[] {
  return tokens.flatMap((token, i) => (token < endToken ? [i] : []));
}

function copySeconds({ start, period, copies }: Repetition, audio: TextAttention): number[] {
  return Array.from({ length: copies }, (_, copy) =>
    secondsOf(start + copy * period, start + (copy + 1) * period, audio),
  );
}

/** Where the text tokens [from, to) look: a token is foretold by the row before it. */
function secondsOf(from: number, to: number, { attention, firstRow }: TextAttention): number {
  return attendedFrame(attention, firstRow + from, firstRow + to) / TOKENS_PER_SECOND;
}
