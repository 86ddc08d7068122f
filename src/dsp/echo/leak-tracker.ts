/** When a peak of correlation is a leak: when it is high, and stays where it is. */
import type { Leak } from "./leak-detector.js";

/** Peaks this near to one another, in samples, are the same. */
const SAME_LAG_SAMPLES = 2;
/** A known leak that moves by no more from one look to the next drifts, or is another path of the same room: the filter follows by itself. */
const DRIFT_SAMPLES = 16;
/** So far from where it was found; then it is another one. */
const MAX_DRIFT_SAMPLES = 128;
/**
 * Two ways to be believed, in looks of 64 ms. Voices that have nothing to do with one another reach 13 for a moment and 9 for a third
 * of a second, when a click in one meets a click in the other; a leak without other voices exceeds 15 at once.
 */
const QUICK = { peakRatio: 13, looks: 3 };
const PATIENT = { peakRatio: 9, looks: 8 };
/** So long is a leak believed in without being seen while both channels sound: 10 s. */
const FORGET_LOOKS = 160;

export class LeakTracker {
  readonly #isEager: boolean;
  #leak: Leak | undefined;
  #foundLag = 0;
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
    this.#candidateLag = seen.lagSamples;
    this.#quickLooks = seen.peakRatio < QUICK.peakRatio ? 0 : isSame ? this.#quickLooks + 1 : 1;
    this.#patientLooks = seen.peakRatio < PATIENT.peakRatio ? 0 : isSame ? this.#patientLooks + 1 : 1;
    if (this.#leak === undefined) {
      if (!this.#isBelievable()) return false;
      this.#find(seen);
      return true;
    }
    return this.#follow(this.#leak, seen);
  }

  #isBelievable(): boolean {
    if (this.#isEager) return this.#patientLooks > 0;
    return this.#quickLooks >= QUICK.looks || this.#patientLooks >= PATIENT.looks;
  }

  #follow(leak: Leak, seen: Leak): boolean {
    if (this.#patientLooks > 0 && Math.abs(seen.lagSamples - leak.lagSamples) <= DRIFT_SAMPLES) {
      this.#unseenLooks = 0;
      this.#leak = { ...leak, lagSamples: seen.lagSamples };
      if (Math.abs(seen.lagSamples - this.#foundLag) <= MAX_DRIFT_SAMPLES) return false;
      this.#find(seen);
      return true;
    }
    this.#unseenLooks++;
    if (this.#quickLooks >= QUICK.looks || this.#patientLooks >= PATIENT.looks) this.#find(seen);
    else if (this.#unseenLooks >= FORGET_LOOKS) this.#leak = undefined;
    else return false;
    this.#unseenLooks = 0;
    return true;
  }

  #find(leak: Leak): void {
    this.#leak = leak;
    this.#foundLag = leak.lagSamples;
  }
}
