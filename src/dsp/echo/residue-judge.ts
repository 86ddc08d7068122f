/**
 * What is left when the echo is subtracted: more echo, or somebody who talks over it. Three things tell, as factors of one evidence: how much is left
 * of the echo in this frame; whether what is left goes up and down with the echo, as an echo does (the slope of the one power over the
 * other); and how much is left when least is, for the filter leaves about the same part at all times, while others pause (a low
 * quantile). Where both were high of late somebody talks, and less is needed to believe that he goes on.
 *
 * The slope is that of J.-M. Valin, "On adjusting the learning rate in frequency domain echo cancellation with double-talk", IEEE
 * Transactions on Audio, Speech and Language Processing 15(3), 2007.
 */

import { energy } from "./energy.js";

/** clean: no echo to speak of; echo: nothing but echo, silenced; double-talk: echo, and somebody who talks over it. */
export type EchoVerdict = "clean" | "echo" | "double-talk";

/** Of the echo's power that is taken to be left before anything is known, and at least. */
const INITIAL_LEFT = 0.1;
const MIN_LEFT = 0.003;
/** Steps of the quantile from frame to frame, as factors: up where more was left, down where less. Their ratio makes it the sixth part. */
const STEP_UP = 1.04;
const STEP_DOWN = 0.82;
/** An echo lasts: rooms lose 60 dB in some tenths of a second, this is 10 dB in 100 ms. */
const DECAY = 0.5;
/** Share of a frame in the means that the slope is made of: half a second. */
const SLOPE_SHARE = 0.06;
/**
 * Evidence beyond which somebody talks. At 0.1 soft ends of words were lost; at 0.02 no frame of a voice is, and twice as much
 * echo is kept in rooms.
 */
const NEAR_EVIDENCE = 0.05;
/** −60 dBFS: nobody talks below. */
const NEAR_POWER = 1e-6;
/** Frames after the last with another voice that are kept, 0.26 s. */
const HANGOVER_FRAMES = 8;
/** An echo below this part of the microphone's power disturbs nobody. */
const NEGLIGIBLE = 0.003;
/** −80 dBFS: below there is no echo. */
const SILENCE_POWER = 1e-8;

export class ResidueJudge {
  #slope = INITIAL_LEFT;
  #quantile = INITIAL_LEFT;
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

  /** Another one that knows as well how much is left of an echo, and has heard nothing. */
  copy(): ResidueJudge {
    const copy = new ResidueJudge();
    copy.#slope = this.#slope;
    copy.#quantile = this.#quantile;
    return copy;
  }

  /** Takes a frame without its echo, and the echo. */
  push(samples: Float32Array, echo: Float32Array): void {
    const residue = power(samples);
    this.#echo = Math.max(power(echo), DECAY * this.#echo);
    if (this.#echo < SILENCE_POWER || this.#echo < NEGLIGIBLE * residue) {
      this.#verdict = "clean";
      this.#hangover = HANGOVER_FRAMES;
      return;
    }
    const left = residue / this.#echo;
    const evidence = left * Math.cbrt(this.#slope * this.#quantile);
    const isNear = residue > NEAR_POWER && evidence > NEAR_EVIDENCE;
    this.#hangover = isNear ? HANGOVER_FRAMES : Math.max(0, this.#hangover - 1);
    this.#verdict = this.#hangover > 0 ? "double-talk" : "echo";
    this.#updateQuantile(residue);
    this.#updateSlope(residue);
  }

  #updateQuantile(residue: number): void {
    const step = residue > this.#quantile * this.#echo ? STEP_UP : STEP_DOWN;
    this.#quantile = plausible(this.#quantile * step);
  }

  #updateSlope(residue: number): void {
    const echoChange = this.#echo - this.#echoMean;
    const residueChange = residue - this.#residueMean;
    this.#echoMean += SLOPE_SHARE * echoChange;
    this.#residueMean += SLOPE_SHARE * residueChange;
    this.#covariance += SLOPE_SHARE * (echoChange * residueChange - this.#covariance);
    this.#variance += SLOPE_SHARE * (echoChange * echoChange - this.#variance);
    if (this.#variance === 0) return;
    this.#slope += SLOPE_SHARE * (plausible(this.#covariance / this.#variance) - this.#slope);
  }
}

function plausible(left: number): number {
  return Math.min(1, Math.max(MIN_LEFT, left));
}

function power(samples: Float32Array): number {
  return energy(samples) / samples.length;
}
