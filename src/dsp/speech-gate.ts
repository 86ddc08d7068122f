/**
 * `--threshold`: quiet voices open no speech. A voice is quiet until one of its frames peaks at the threshold, as part of full scale;
 * from then on the VAD alone decides where it ends, so that quiet words inside speech stay.
 *
 * Words begin softly and people begin sentences softly: what was said shortly before the first loud frame belongs to it. And whoever has
 * just spoken goes on more softly: for a while half the threshold is enough.
 */
import { SAMPLE_RATE_HZ } from "../units.js";
import { peakOf } from "./level.js";
import { VAD_FRAME_SAMPLES } from "./speech-detector.js";

/** In the clips at hand the first loud frame comes 0 to 1.3 s after the voice begins, in meetings latest. */
const REACH_BACK_FRAMES = framesOf(2);
/** After speech has ended. */
const LENIENT_FRAMES = framesOf(3);
const LENIENCY = 0.5;

export class SpeechGate {
  readonly #threshold: number;
  #isOpen = false;
  #voiceFrames = 0;
  #framesSinceOpen = Number.POSITIVE_INFINITY;

  /** A threshold of 0 lets every voice through. */
  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** Whether the voice of the last frame is speech. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Takes the next VAD frame, and whether the VAD holds it to be part of a voice (short pauses included). Returns how many of the last
   * frames have become speech by it: 0 while the gate is closed, 1 while it is open, and when it opens this frame and those of the
   * same voice before it, 2 s at most.
   */
  push(frame: Float32Array, isVoice: boolean): number {
    if (!isVoice) {
      this.#framesSinceOpen = this.#isOpen ? 1 : this.#framesSinceOpen + 1;
      this.#isOpen = false;
      this.#voiceFrames = 0;
      return 0;
    }
    if (this.#isOpen) return 1;
    this.#voiceFrames += 1;
    this.#framesSinceOpen += 1;
    if (peakOf(frame) < this.#limit()) return 0;
    this.#isOpen = true;
    return Math.min(this.#voiceFrames, REACH_BACK_FRAMES);
  }

  #limit(): number {
    return this.#framesSinceOpen <= LENIENT_FRAMES ? LENIENCY * this.#threshold : this.#threshold;
  }
}

function framesOf(seconds: number): number {
  return Math.round((seconds * SAMPLE_RATE_HZ) / VAD_FRAME_SAMPLES);
}
