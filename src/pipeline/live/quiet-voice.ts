/**
 * Notices somebody who speaks more softly than `--threshold` all the time: there is no text, and to whoever speaks nothing seems to work. Two
 * seconds are listened to now and then, and only where there is a sound at all: 0.5 % of a core in a noisy room, nothing in a silent one.
 */
import { peakOf } from "../../dsp/level.js";
import { SILERO_FRAME_SAMPLES, type SileroVad } from "../../model/silero.js";
import { SAMPLE_RATE_HZ } from "../../units.js";

/** Between two looks. */
const STEP_FRAMES = Math.round((2.5 * SAMPLE_RATE_HZ) / SILERO_FRAME_SAMPLES);
/** What stays below this part of the threshold cannot be a voice that anybody means to be heard. */
const FAINT = 0.05;
/** A voice, and no noise that is like one: so probable in so many of the frames, in so many looks. */
const VOICE_PROBABILITY = 0.8;
const VOICED_PART = 0.5;
const VOICED_LOOKS = 2;

export class QuietVoice {
  readonly #vad: SileroVad;
  #framesSinceLook = 0;
  #voicedLooks = 0;
  #largestPeak = 0;
  /** It has been told of at this threshold: only where it is lower there is something new to tell. */
  #toldThreshold = Number.POSITIVE_INFINITY;

  /** What `vad` has heard before is forgotten by it with each look. */
  constructor(vad: SileroVad) {
    this.#vad = vad;
  }

  /** Somebody is heard: who speaks softly beside them is not meant. */
  forget(): void {
    this.#framesSinceLook = 0;
    this.#voicedLooks = 0;
    this.#largestPeak = 0;
  }

  /**
   * After each frame too quiet to be heard. `samples`: of the last frames, none of them loud. Returns the loudest sample of a voice, once for
   * each threshold; undefined: there is none, or it has been told.
   */
  watch(samples: () => Float32Array, threshold: number): number | undefined {
    if (++this.#framesSinceLook < STEP_FRAMES || threshold >= this.#toldThreshold) return undefined;
    this.#framesSinceLook = 0;
    const looked = samples();
    const peak = peakOf(looked);
    if (peak < threshold * FAINT) return undefined;
    const probabilities = new Float32Array(looked.length / SILERO_FRAME_SAMPLES);
    this.#vad.reset();
    this.#vad.process(looked, probabilities);
    const voiced = probabilities.filter((probability) => probability >= VOICE_PROBABILITY).length;
    if (voiced < VOICED_PART * probabilities.length) return undefined;
    this.#largestPeak = Math.max(this.#largestPeak, peak);
    if (++this.#voicedLooks < VOICED_LOOKS) return undefined;
    const found = this.#largestPeak;
    this.#toldThreshold = threshold;
    this.forget();
    return found;
  }
}
