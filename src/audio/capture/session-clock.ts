/** The session's time: the wall clock times a speed, or, as fast as possible, whatever the audio has come to. */
import { setTimeout as sleep } from "node:timers/promises";
import type { SessionClock } from "./channel-audio.js";

/** Seconds of audio in a second of wall clock; "max" is as fast as the samples are read. */
export type Speed = number | "max";

/** A recording's way to keep to the session's time. Each virtual device has its own. */
export interface Pace {
  /** Settles when the samples before `seconds` may be given away; rejects with the signal's reason. */
  reach(seconds: number, signal: AbortSignal): Promise<void>;
  /** The recording has ended: nobody waits for it any more. May be called twice. */
  leave(): void;
}

export interface PacingClock extends SessionClock {
  readonly speed: Speed;
  /** Makes now 0 s of the session. Until then `now()` is 0 and recordings wait, so that all channels can be opened before. */
  start(): void;
  join(): Pace;
}

export function createSessionClock(speed: Speed): PacingClock {
  return speed === "max" ? new AudioClock() : new WallClock(speed);
}

class WallClock implements PacingClock {
  readonly speed: number;
  readonly #started = new Start();
  #startedMs: number | undefined;

  constructor(speed: number) {
    this.speed = speed;
  }

  start(): void {
    this.#startedMs ??= performance.now();
    this.#started.begin();
  }

  now(): number {
    if (this.#startedMs === undefined) return 0;
    return ((performance.now() - this.#startedMs) / 1000) * this.speed;
  }

  join(): Pace {
    return {
      reach: async (seconds, signal) => {
        await this.#started.wait(signal);
        // A timer may fire a little early; due times are absolute, so lateness does not add up.
        for (let left = seconds - this.now(); left > 0; left = seconds - this.now()) {
          await sleep(Math.ceil((left / this.speed) * 1000), undefined, { signal });
        }
      },
      leave: () => {},
    };
  }
}

/** How far one recording may run ahead of the others: they share an engine, and what one says may be in the other. */
const LEAD_SECONDS = 1;

/** Stands where the furthest recording has been read to. The others are never far behind. */
class AudioClock implements PacingClock {
  readonly speed = "max";
  readonly #started = new Start();
  readonly #reached = new Map<object, number>();
  /** Who waits for slower recordings. */
  readonly #waiting = new Set<() => void>();
  #now = 0;

  start(): void {
    this.#started.begin();
  }

  now(): number {
    return this.#now;
  }

  join(): Pace {
    const pace: Pace = {
      reach: async (seconds, signal) => {
        await this.#started.wait(signal);
        while (this.#isTooFar(pace, seconds)) await waitIn(this.#waiting, signal);
        this.#reached.set(pace, seconds);
        this.#now = Math.max(this.#now, seconds);
        this.#wake();
      },
      leave: () => {
        this.#reached.delete(pace);
        this.#wake();
      },
    };
    this.#reached.set(pace, 0);
    return pace;
  }

  #isTooFar(pace: Pace, seconds: number): boolean {
    for (const [other, reached] of this.#reached) {
      if (other !== pace && seconds - reached > LEAD_SECONDS) return true;
    }
    return false;
  }

  #wake(): void {
    for (const resume of this.#waiting) resume();
  }
}

/** Something that happens once, and who waits for it. */
class Start {
  readonly #waiting = new Set<() => void>();
  #hasBegun = false;

  begin(): void {
    this.#hasBegun = true;
    for (const resume of this.#waiting) resume();
  }

  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#hasBegun) await waitIn(this.#waiting, signal);
  }
}

/** Waits until somebody calls the function that this puts into `waiting`, or the signal aborts. */
function waitIn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      waiting.delete(settle);
      signal.removeEventListener("abort", settle);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    waiting.add(settle);
    signal.addEventListener("abort", settle);
  });
}
