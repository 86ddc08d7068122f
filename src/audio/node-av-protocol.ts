/** What the decoding thread and the main thread tell each other. */
import type { DecodeFailure } from "./decode-failure.js";
import type { ChannelChoice, MediaInfo } from "./media-source.js";

/** The worker's `workerData`. */
export interface DecodeRequest {
  readonly path: string;
  readonly channel: ChannelChoice;
  readonly state: SharedArrayBuffer;
}

/** Main to worker: one more message is wanted. The worker does nothing unasked, so what is in flight is bounded. */
export const PULL = "pull";
/** Main to worker, after `requestStop`: wake up and end. */
export const STOP = "stop";

/** Worker to main; the first answers no pull, every other one answers one. */
export type DecodeMessage =
  | { readonly type: "opened"; readonly info: MediaInfo }
  /** node-av cannot be loaded here. */
  | { readonly type: "unavailable"; readonly reason: string }
  | { readonly type: "chunk"; readonly samples: Float32Array }
  | { readonly type: "end"; readonly problems: readonly DecodeFailure[] }
  | { readonly type: "failed"; readonly failure: DecodeFailure };

const STOP_REQUESTED = 0;
const IS_BUSY = 1;

/**
 * A thread that is terminated inside a call of node-av takes the whole process with it (its native code treats a pending
 * termination as fatal). So the thread is never terminated: it is asked to stop, between two calls, and ends by itself.
 */
export class DecodeState {
  readonly buffer: SharedArrayBuffer;
  readonly #flags: Int32Array;

  /** Without `buffer` that of a thread to be started, which counts as busy. */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    this.#flags = new Int32Array(this.buffer);
    if (buffer === undefined) Atomics.store(this.#flags, IS_BUSY, 1);
  }

  get isStopRequested(): boolean {
    return Atomics.load(this.#flags, STOP_REQUESTED) === 1;
  }

  requestStop(): void {
    Atomics.store(this.#flags, STOP_REQUESTED, 1);
  }

  /** The worker's, around whatever calls node-av; `isStopRequested` is to be read after `setBusy(true)`. */
  setBusy(isBusy: boolean): void {
    Atomics.store(this.#flags, IS_BUSY, isBusy ? 1 : 0);
    Atomics.notify(this.#flags, IS_BUSY);
  }

  /** Blocks the calling thread until the worker is outside of node-av, or the time is up. */
  waitUntilIdle(timeoutMs: number): void {
    Atomics.wait(this.#flags, IS_BUSY, 1, timeoutMs);
  }
}
