/**
 * What passed before the echo's path was known is cleaned once more with what has been learnt since: text that is decoded later, the final
 * one above all, then hears the beginning of a session as well as the rest. A little with every frame that comes, so that nothing waits for it.
 */
import type { EchoSubtractor } from "./echo-subtractor.js";
import { HeldFrames } from "./held-frames.js";

/** The first pass learns more from the same frames, the second is what comes of it. */
const PASSES = 2;
/** Of the past with each frame that comes: about 3 ms. */
const FRAMES_PER_FRAME = 8;

/** The microphone's frame of a number, to be kept by the taker, and the loopback's of the same time. */
export type FramesOf = (frame: number) => {
  readonly microphone: Float32Array;
  readonly loopback: Float32Array;
};

export class EchoRevision {
  readonly #firstFrame: number;
  #subtractor: EchoSubtractor;
  #pass = 0;
  #next: number;
  #held = new HeldFrames();
  #revised: Float32Array[] = [];

  /** From `firstFrame` on, with what `known` knows, which is left as it is. */
  constructor(known: EchoSubtractor, firstFrame: number) {
    this.#firstFrame = firstFrame;
    this.#subtractor = known.copy();
    this.#next = firstFrame;
  }

  /**
   * Goes on; `newest` is the last frame there is. When it has come so far a second time: all frames that are settled, the last one as many before
   * `newest` as HeldFrames keeps back.
   */
  advance(newest: number, framesOf: FramesOf): Float32Array[] | undefined {
    for (let i = 0; i < FRAMES_PER_FRAME && this.#next <= newest; i++) this.#process(framesOf);
    if (this.#next <= newest) return undefined;
    if (++this.#pass === PASSES) return this.#revised;
    this.#subtractor = this.#subtractor.copy();
    this.#next = this.#firstFrame;
    this.#held = new HeldFrames();
    this.#revised = [];
    return undefined;
  }

  #process(framesOf: FramesOf): void {
    const { microphone, loopback } = framesOf(this.#next++);
    this.#subtractor.subtract(microphone, loopback);
    const settled = this.#held.push({ samples: microphone, verdict: this.#subtractor.verdict });
    if (settled !== undefined) this.#revised.push(settled.samples);
  }
}
