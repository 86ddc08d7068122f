/**
 * Frames wait a moment before it is settled whether they are silenced: a word begins as faintly as what is left of an echo, and is told
 * from it only when it is under way.
 */
import type { EchoVerdict } from "./residue-judge.js";

export interface HeldFrame {
  readonly samples: Float32Array;
  readonly verdict: EchoVerdict;
}

/** 96 ms: the beginnings of most words. */
export const HELD_FRAMES = 3;

export class HeldFrames {
  #held: HeldFrame[] = [];

  /** Takes a frame, which is copied; gives the one that came HELD_FRAMES before it, silenced where it was but echo; undefined at first. */
  push({ samples, verdict }: HeldFrame): HeldFrame | undefined {
    // Who talks now has begun a little earlier.
    if (verdict !== "echo")
      this.#held = this.#held.map((held) => ({ ...held, verdict: begun(held.verdict) }));
    this.#held.push({ samples: samples.slice(), verdict });
    if (this.#held.length <= HELD_FRAMES) return undefined;
    const frame = this.#held.shift()!;
    if (frame.verdict === "echo") frame.samples.fill(0);
    return frame;
  }
}

function begun(verdict: EchoVerdict): EchoVerdict {
  return verdict === "echo" ? "double-talk" : verdict;
}
