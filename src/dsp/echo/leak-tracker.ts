/** When a peak of correlation is a leak: when it is high, and stays where it is. */
import type { Leak } from "./leak-detector.js";

/** Peaks this near to one another, in samples, are the same. */
const SAME_LAG_SAMPLES = 2;
/**
 * Two ways to be believed, in looks of 64 ms. Voices that have nothing to do with one another reach 13 for a moment and 9 for a third
 * of a second, when a click in one meets a click in the other; a leak without other voices exceeds 15 at once.
 */
const QUICK = { peakRatio: 13, looks: 3 };
const PATIENT = { peakRatio: 9, looks: 8 };
/** A known leak at another place: the device was moved, or the delay of the system changed. */
const MOVED_LOOKS = 8;
/** So long is a leak believed in without being seen while both channels sound: 10 s. */
const FORGET_LOOKS = 160;

export class LeakTracker {
  readonly #isEager: boolean;
  #leak: Leak | undefined;
  #candidateLag = 0;
  #quickLooks = 0;
  #patientLooks = 0;
  #unseenLooks = 0;

  /** Eager: one look is enough for a leak to be believed in. */
  constructor(isEager: boolean) {
    this.#isEager = isEager;
  }

  get leak(): Leak | undefined {
    return this.#leak;
  }

  /** Takes what the detector saw; true when the leak is another one than before, or none any more. */
  push(seen: Leak | undefined): boolean {
    if (seen === undefined) return false;
    const isSame = Math.abs(seen.lagSamples - this.#candidateLag) <= SAME_LAG_SAMPLES;
    if (!isSame) this.#candidateLag = seen.lagSamples;
    this.#quickLooks = seen.peakRatio < QUICK.peakRatio ? 0 : isSame ? this.#quickLooks + 1 : 1;
    this.#patientLooks = seen.peakRatio < PATIENT.peakRatio ? 0 : isSame ? this.#patientLooks + 1 : 1;
    if (this.#leak === undefined) {
      if (!this.#isBelievable()) return false;
      this.#leak = seen;
      return true;
    }
    return this.#follow(this.#leak, seen);
  }

  #isBelievable(): boolean {
    if (this.#isEager) return this.#patientLooks > 0;
    return this.#quickLooks >= QUICK.looks || this.#patientLooks >= PATIENT.looks;
  }

  #follow(leak: Leak, seen: Leak): boolean {
    if (this.#patientLooks > 0 && Math.abs(seen.lagSamples - leak.lagSamples) <= SAME_LAG_SAMPLES) {
      this.#unseenLooks = 0;
      return false;
    }
    this.#unseenLooks++;
    if (this.#patientLooks >= MOVED_LOOKS) this.#leak = seen;
    else if (this.#unseenLooks >= FORGET_LOOKS) this.#leak = undefined;
    else return false;
    this.#unseenLooks = 0;
    return true;
  }
}
