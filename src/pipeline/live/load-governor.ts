/** Whether the machine keeps up, by how late final texts are. */
import type { LoadLevel } from "../../live-events.js";

const LEVELS: readonly LoadLevel[] = ["normal", "fewer-partials", "greedy-finals"];
/** A level is left for the next when final text lags so far behind. */
const TOO_LATE_SECONDS = [3, 8] as const;
/** And for the one before when it has lagged less than this for a while: else it would go up and down all the time. */
const IN_TIME_SECONDS = 1.5;
const CALM_SECONDS = 10;

export class LoadGovernor {
  #level = 0;
  /** Since when text has been in time, or the level has changed. */
  #calmSinceSeconds = 0;

  get level(): LoadLevel {
    return LEVELS[this.#level]!;
  }

  /** `lagSeconds`: how long the oldest audio has waited for its final text. Returns whether the level has changed. */
  update(lagSeconds: number, nowSeconds: number): boolean {
    const before = this.#level;
    const limitSeconds = TOO_LATE_SECONDS[this.#level];
    if (limitSeconds !== undefined && lagSeconds > limitSeconds) this.#level++;
    if (lagSeconds > IN_TIME_SECONDS || this.#level > before) this.#calmSinceSeconds = nowSeconds;
    if (this.#level > 0 && nowSeconds - this.#calmSinceSeconds >= CALM_SECONDS) {
      this.#level--;
      this.#calmSinceSeconds = nowSeconds;
    }
    return this.#level !== before;
  }
}
