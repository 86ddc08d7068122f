/** The time of a replay: goes on, faster or slower, or stands still while events come one by one. */
import type { ReplayCommand } from "../live-events.js";

export class ReplayPace {
  #speed: number;
  #isPaused = false;
  #steps = 0;
  /** Where the replay was, and when that was. */
  #seconds: number;
  #atMs = performance.now();
  #wake = () => {};

  /** `speed`: seconds of the session in a second; Infinity: no waiting at all. */
  constructor(fromSeconds: number, speed: number) {
    this.#seconds = fromSeconds;
    this.#speed = speed;
  }

  obey(command: ReplayCommand): void {
    this.#goTo(this.#now());
    if (command.type === "pause") this.#isPaused = command.on;
    else if (command.type === "speed") this.#speed = command.speed;
    else if (this.#isPaused) this.#steps = 1;
    this.#wake();
  }

  /** Resolves when an event of this time is due, or the signal aborts. `isStep`: steps count it. */
  async reach(seconds: number, isStep: boolean, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isDue(seconds)) await this.#change(seconds, signal);
    if (!this.#isPaused) return;
    this.#goTo(seconds);
    if (isStep) this.#steps = 0;
  }

  #isDue(seconds: number): boolean {
    return this.#isPaused
      ? this.#steps > 0
      : this.#speed === Number.POSITIVE_INFINITY || seconds <= this.#now();
  }

  #now(): number {
    if (this.#isPaused || this.#speed === Number.POSITIVE_INFINITY) return this.#seconds;
    return this.#seconds + ((performance.now() - this.#atMs) / 1000) * this.#speed;
  }

  #goTo(seconds: number): void {
    this.#seconds = seconds;
    this.#atMs = performance.now();
  }

  /** Resolves when the time has come, if nothing is asked for before. */
  #change(seconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const leftMs = ((seconds - this.#now()) / this.#speed) * 1000;
      const timer = this.#isPaused ? undefined : setTimeout(done, Math.ceil(leftMs));
      signal.addEventListener("abort", done);
      this.#wake = done;
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
  }
}
