/** Segments of several channels in the order in which they are said. */
import type { Segment } from "../transcript.js";

/**
 * Holds a segment back until no channel can still say something earlier. That is at most as long as the longest window of
 * another channel, so memory does not grow with the recording.
 */
export class Turns {
  #waiting: Segment[] = [];
  #taken = 0;

  add(segment: Segment): void {
    this.#waiting.push(segment);
  }

  /** The segments that begin by `settledSeconds`, before which nothing more comes; numbered from 0 over the recording. */
  take(settledSeconds: number): Segment[] {
    const settled = this.#waiting.filter(({ startSeconds }) => startSeconds <= settledSeconds);
    this.#waiting = this.#waiting.filter(({ startSeconds }) => startSeconds > settledSeconds);
    settled.sort((a, b) => a.startSeconds - b.startSeconds);
    return settled.map((segment) => ({ ...segment, id: this.#taken++ }));
  }
}
