import { SILERO_FRAME_SAMPLES } from "../../model/silero.js";
import { SAMPLE_RATE_HZ } from "../../units.js";

/**
 * Keeps channels together in time: frame n of the first, frame n of the second, frame n + 1 of the first. What is read as fast as it
 * can be then gives the same result each time, and who compares the channels has both.
 */
export class Lockstep {
  /** Frames that each channel is done with; Infinity when it has ended. */
  readonly #done: number[];
  #furthest = 0;
  #waiting: (() => void)[] = [];

  constructor(channels: number) {
    this.#done = new Array<number>(channels).fill(0);
  }

  /** How far the furthest channel is. */
  get seconds(): number {
    return (this.#furthest * SILERO_FRAME_SAMPLES) / SAMPLE_RATE_HZ;
  }

  /** Resolves when it is the channel's turn. */
  async turn(channel: number): Promise<void> {
    while (!this.#isNext(channel)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The channel is done with a frame. */
  advance(channel: number): void {
    this.#done[channel]!++;
    this.#furthest = Math.max(this.#furthest, this.#done[channel]!);
    this.#wake();
  }

  /** The channel has no more frames. */
  end(channel: number): void {
    this.#done[channel] = Number.POSITIVE_INFINITY;
    this.#wake();
  }

  #isNext(channel: number): boolean {
    const own = this.#done[channel]!;
    return this.#done.every((done, other) => done > own || (done === own && other >= channel));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
