/** Frames at the pace of the session, as a device would deliver them. */
import { SAMPLE_RATE_HZ } from "../../../units.js";
import type { Pace } from "../session-clock.js";
import { FRAME_SAMPLES } from "./frames.js";

interface PacingOptions {
  readonly pace: Pace;
  /** How long a frame may be overdue before silence stands for it; undefined waits for ever. */
  readonly graceMs: number | undefined;
  /** Aborting rejects with its reason. */
  readonly signal: AbortSignal;
}

/**
 * Gives each frame away when its last sample is due. Where `frames` pauses for longer than the grace time, silence stands for
 * the pause, and what comes after it is placed where it came.
 */
export async function* pacedFrames(
  frames: AsyncIterable<Float32Array>,
  { pace, graceMs, signal }: PacingOptions,
): AsyncGenerator<Float32Array> {
  const source = frames[Symbol.asyncIterator]();
  let samples = 0;
  let next = new Arrival(source.next());
  for (let isPausing = false; ; ) {
    if (graceMs !== undefined) {
      await pace.reach((samples + FRAME_SAMPLES) / SAMPLE_RATE_HZ, signal);
      if (!isPausing) await next.within(graceMs, signal);
      isPausing = !next.isThere;
      if (isPausing) {
        samples += FRAME_SAMPLES;
        yield new Float32Array(FRAME_SAMPLES);
        continue;
      }
    }
    const { done, value } = await next.result;
    if (done === true) return;
    samples += value.length;
    await pace.reach(samples / SAMPLE_RATE_HZ, signal);
    yield value;
    next = new Arrival(source.next());
  }
}

/** A promise that can be asked whether it has settled, and waited for with a limit. */
class Arrival<T> {
  readonly result: Promise<T>;
  isThere = false;
  #wake = () => {};

  constructor(result: Promise<T>) {
    this.result = result;
    const settle = () => {
      this.isThere = true;
      this.#wake();
    };
    // A failure reaches who awaits `result`; here it must not end the process.
    result.then(settle, settle);
  }

  /** Settles when the result has, or `limitMs` has passed, or `signal` aborts. */
  async within(limitMs: number, signal: AbortSignal): Promise<void> {
    if (this.isThere) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      signal.addEventListener("abort", done);
      this.#wake = done;
    });
  }
}
