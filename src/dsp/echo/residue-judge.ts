/**
 * What is left when the echo is subtracted: more echo, or somebody who talks over it. The residue of the echo goes up and down with the
 * echo, other sounds do not; how much of the echo is left is the slope of the one power over the other.
 *
 * @see J.-M. Valin, "On adjusting the learning rate in frequency domain echo cancellation with double-talk", IEEE TASLP 15(3), 2007
 */

/** clean: no echo to speak of; echo: nothing but echo, silenced; double-talk: echo, and somebody who talks over it. */
export type EchoVerdict = "clean" | "echo" | "double-talk";

/** Of the echo's power that is taken to be left before anything is known, and at least. */
const INITIAL_LEFT = 0.1;
const MIN_LEFT = 0.003;
/** An echo lasts: rooms lose 60 dB in some tenths of a second, this is 10 dB in 100 ms. */
const DECAY = 0.5;
/** Share of a frame in running means: the time of half a second. */
const SLOPE_SHARE = 0.06;
/** What is left exceeds the expected residue by this much where somebody talks: 7 dB. */
const NEAR_RATIO = 5;
/** Frames after the last with another voice that are kept, 0.26 s. */
const HANGOVER_FRAMES = 8;
/** An echo below this part of the microphone's power disturbs nobody. */
const NEGLIGIBLE = 0.003;
/** −80 dBFS: below there is no echo. */
const SILENCE_POWER = 1e-8;

export class ResidueJudge {
  #left = INITIAL_LEFT;
  #echo = 0;
  #echoMean = 0;
  #residueMean = 0;
  #covariance = 0;
  #variance = 0;
  #hangover = 0;
  #verdict: EchoVerdict = "clean";

  get verdict(): EchoVerdict {
    return this.#verdict;
  }

  reset(): void {
    this.#left = INITIAL_LEFT;
    this.#echo = 0;
    this.#echoMean = 0;
    this.#residueMean = 0;
    this.#covariance = 0;
    this.#variance = 0;
    this.#hangover = 0;
  }

  /** Takes a frame without its echo, and the echo. */
  push(samples: Float32Array, echo: Float32Array): void {
    const residue = power(samples);
    const now = power(echo);
    this.#echo = Math.max(now, DECAY * this.#echo);
    if (this.#echo < SILENCE_POWER || this.#echo < NEGLIGIBLE * residue) {
      this.#verdict = "clean";
      this.#hangover = HANGOVER_FRAMES;
      return;
    }
    const isNear = residue > NEAR_RATIO * this.#left * this.#echo;
    this.#updateSlope(residue);
    this.#hangover = isNear ? HANGOVER_FRAMES : Math.max(0, this.#hangover - 1);
    this.#verdict = this.#hangover > 0 ? "double-talk" : "echo";
  }

  #updateSlope(residue: number): void {
    const echoChange = this.#echo - this.#echoMean;
    const residueChange = residue - this.#residueMean;
    this.#echoMean += SLOPE_SHARE * echoChange;
    this.#residueMean += SLOPE_SHARE * residueChange;
    this.#covariance += SLOPE_SHARE * (echoChange * residueChange - this.#covariance);
    this.#variance += SLOPE_SHARE * (echoChange * echoChange - this.#variance);
    if (this.#variance > 0) {
      const slope = this.#covariance / this.#variance;
      this.#left += SLOPE_SHARE * (Math.min(1, Math.max(MIN_LEFT, slope)) - this.#left);
    }
  }
}

function power(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!;
  return sum / samples.length;
}
