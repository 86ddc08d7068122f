/**
 * Follows the clock of a device: a PI controller from how far its audio is behind the session to how much longer it has to be made.
 * With error e the audio is stretched by u = K e + K²/4 ∫e, critically damped, so that a drift of 200 ppm that appears at once costs
 * 7 ms after 100 s and is gone after 10 minutes, and 5 ms of noise in e bend the pitch by 100 ppm, which nobody hears.
 */

const GAIN_PER_SECOND = 0.02;
const INTEGRAL_GAIN_PER_SECOND_SQUARED = GAIN_PER_SECOND ** 2 / 4;
/** 1.7 cents of pitch. Crystals are within a tenth of it. */
const MAX_STRETCH = 0.001;
const PERIOD_SECONDS = 1;

export class DriftControl {
  /** Part of its length by which the audio has to be longer. */
  stretch = 0;
  #integral = 0;
  #updatedSeconds: number | undefined;

  /** `behindSeconds` is the error at `nowSeconds`; positive where the device delivers too little. */
  update(nowSeconds: number, behindSeconds: number): void {
    this.#updatedSeconds ??= nowSeconds;
    const elapsed = nowSeconds - this.#updatedSeconds;
    if (elapsed < PERIOD_SECONDS) return;
    this.#updatedSeconds = nowSeconds;
    // After a gap the error says nothing about the time before.
    const counted = Math.min(elapsed, 2 * PERIOD_SECONDS);
    this.#integral = limited(this.#integral + INTEGRAL_GAIN_PER_SECOND_SQUARED * behindSeconds * counted);
    this.stretch = limited(GAIN_PER_SECOND * behindSeconds + this.#integral);
  }

  /** For another device: its clock is another. */
  reset(): void {
    this.stretch = 0;
    this.#integral = 0;
    this.#updatedSeconds = undefined;
  }
}

function limited(stretch: number): number {
  return Math.min(Math.max(stretch, -MAX_STRETCH), MAX_STRETCH);
}
