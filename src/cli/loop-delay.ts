/** How long the main thread keeps its event loop waiting: capture, voice activity and keys wait with it. */
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

export interface LoopDelays {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

export class LoopDelayMonitor {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#histogram.enable();
  }

  stop(): LoopDelays {
    this.#histogram.disable();
    return {
      medianMs: this.#lateness(this.#histogram.percentile(50)),
      p99Ms: this.#lateness(this.#histogram.percentile(99)),
      longestMs: this.#lateness(this.#histogram.max),
    };
  }

  /** The histogram holds the time from one tick of its timer to the next, which is the resolution where nothing is late. */
  #lateness(intervalNs: number): number {
    return Math.max(0, intervalNs / NS_PER_MS - RESOLUTION_MS);
  }
}
