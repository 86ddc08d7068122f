/**
 * What passed before the echo's path was known is cleaned once more with what has been learnt since: text that is decoded later, the final
 * one above all, then hears the beginning of a session as well as the rest. A little with every frame that comes, so that nothing waits for it.
 */
import type { EchoSubtractor } from "./echo-subtractor.js";
import { energy } from "./energy.js";
import { HELD_FRAMES } from "./held-frames.js";

/** The first pass learns more from the same frames, the second is what comes of it. */
const PASSES = 2;
/** Of the past with each frame that comes: about 4 ms. */
const FRAMES_PER_FRAME = 12;
/** Within some seconds rooms hardly change: what is known is averaged over more of them. */
const UNSTEADINESS = 0.1;
/** Around a voice 0.1 s are kept as they are. More keeps no more words, and in rooms more of an echo that is alone. */
const NEAR_FRAMES = 3;

/** What there is of a time. */
export interface EchoFrames {
  /** The taker's to keep. */
  readonly microphone: Float32Array;
  readonly loopback: Float32Array;
  /** The microphone as it was cleaned at first. */
  readonly cleaned: Float32Array;
}

export class EchoRevision {
  readonly #firstFrame: number;
  #subtractor: EchoSubtractor;
  #pass = 0;
  #next: number;
  #isEcho: boolean[] = [];
  #revised: Float32Array[] = [];

  /** From `firstFrame` on, with what `known` knows, which is left as it is. */
  constructor(known: EchoSubtractor, firstFrame: number) {
    this.#firstFrame = firstFrame;
    this.#subtractor = known.copy(UNSTEADINESS);
    this.#next = firstFrame;
  }

  /**
   * Goes on; `newest` is the last frame there is. When it has come so far a second time: all frames that are settled, the last one as many before
   * `newest` as HeldFrames keeps back.
   */
  advance(newest: number, framesOf: (frame: number) => EchoFrames): Float32Array[] | undefined {
    for (let i = 0; i < FRAMES_PER_FRAME && this.#next <= newest; i++) this.#process(framesOf);
    if (this.#next <= newest) return undefined;
    if (++this.#pass === PASSES) return this.#settled();
    this.#subtractor = this.#subtractor.copy(UNSTEADINESS);
    this.#next = this.#firstFrame;
    this.#revised = [];
    this.#isEcho = [];
    return undefined;
  }

  /** Without the echo that nobody talks near to. What is left of it beside a voice by now does less harm than gaps in the voice. */
  #settled(): Float32Array[] {
    const revised = this.#revised.slice(0, -HELD_FRAMES);
    for (const [i, samples] of revised.entries()) {
      const near = this.#isEcho.slice(Math.max(0, i - NEAR_FRAMES), i + NEAR_FRAMES + 1);
      if (near.every(Boolean)) samples.fill(0);
    }
    return revised;
  }

  #process(framesOf: (frame: number) => EchoFrames): void {
    const { microphone, loopback, cleaned } = framesOf(this.#next++);
    this.#subtractor.subtract(microphone, loopback);
    // With a clock that drifts the path was another one then: what was known at its time may have been better.
    const isBetter = energy(microphone) < energy(cleaned);
    this.#revised.push(isBetter ? microphone : cleaned.slice());
    this.#isEcho.push(this.#subtractor.verdict === "echo");
  }
}
