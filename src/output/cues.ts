/**
 * When each subtitle is on screen: cues follow one another, none overlaps the one before, none is too short to be seen.
 *
 * A cue goes out as soon as its segment comes. Only one that is too short is held back, because how far it may be
 * lengthened depends on where the next one starts.
 */
import { toMilliseconds } from "./time.js";

export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}

/** Below this nothing can be read: a few frames of video. */
const SHORTEST_CUE_MS = 100;
/** What a cue that was too short gets, as far as the next one leaves room. */
const LENGTHENED_CUE_MS = 500;

export class CueTimeline {
  #previousEndMs = 0;
  #held: { readonly startMs: number; readonly text: string } | undefined;

  /**
   * Adds a cue and returns those whose times are now settled: none, one or two. Starts before the end of the previous
   * cue move to that end; a time that is no number counts as "right after the previous one".
   */
  add(startSeconds: number, endSeconds: number, text: string): Cue[] {
    const wantedStartMs = toMilliseconds(startSeconds) ?? this.#previousEndMs;
    const settled = this.#release(wantedStartMs);
    const startMs = Math.max(wantedStartMs, this.#previousEndMs);
    const endMs = toMilliseconds(endSeconds) ?? startMs;
    if (endMs - startMs < SHORTEST_CUE_MS) {
      this.#held = { startMs, text };
    } else {
      settled.push({ startMs, endMs, text });
      this.#previousEndMs = endMs;
    }
    return settled;
  }

  /** The cue still held back, if any. */
  finish(): Cue[] {
    return this.#release(Number.POSITIVE_INFINITY);
  }

  #release(nextStartMs: number): Cue[] {
    if (this.#held === undefined) return [];
    const { startMs, text } = this.#held;
    const roomEndMs = Math.max(nextStartMs, startMs + SHORTEST_CUE_MS);
    const endMs = Math.min(startMs + LENGTHENED_CUE_MS, roomEndMs);
    this.#held = undefined;
    this.#previousEndMs = endMs;
    return [{ startMs, endMs, text }];
  }
}
