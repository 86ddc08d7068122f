/**
 * How late packets are at least. Each packet is late by what it waited on its way, tens of milliseconds that differ from packet to
 * packet, and by what its device's clock has lost since the start. The packets that waited least show the clock.
 */

const BUCKET_SECONDS = 2;
/** The least of 10 s: long enough to meet a packet that did not wait, short enough for drift to be seen. */
const BUCKETS = 5;

interface Bucket {
  readonly startSeconds: number;
  leastLatenessSeconds: number;
  leastPeak: number;
}

export class LatenessEnvelope {
  /** Oldest first. */
  #buckets: Bucket[] = [];

  /** Takes a packet's lateness and the largest amplitude in it. Packets come in the order of their arrival. */
  add(arrivedSeconds: number, latenessSeconds: number, peak: number): void {
    const newest = this.#buckets.at(-1);
    if (newest === undefined || arrivedSeconds - newest.startSeconds >= BUCKET_SECONDS) {
      if (this.#buckets.length === BUCKETS) this.#buckets.shift();
      this.#buckets.push({
        startSeconds: arrivedSeconds,
        leastLatenessSeconds: latenessSeconds,
        leastPeak: peak,
      });
      return;
    }
    newest.leastLatenessSeconds = Math.min(newest.leastLatenessSeconds, latenessSeconds);
    newest.leastPeak = Math.min(newest.leastPeak, peak);
  }

  /** Undefined until there are packets of 10 s. */
  get leastLatenessSeconds(): number | undefined {
    return this.#least((bucket) => bucket.leastLatenessSeconds);
  }

  /** How quiet the channel gets; undefined until there are packets of 10 s. */
  get leastPeak(): number | undefined {
    return this.#least((bucket) => bucket.leastPeak);
  }

  /** The packets so far would have been earlier by this, had the audio been placed as it is from now on. */
  moveBy(seconds: number): void {
    for (const bucket of this.#buckets) bucket.leastLatenessSeconds -= seconds;
  }

  reset(): void {
    this.#buckets = [];
  }

  #least(measure: (bucket: Bucket) => number): number | undefined {
    return this.#buckets.length < BUCKETS ? undefined : Math.min(...this.#buckets.map(measure));
  }
}
