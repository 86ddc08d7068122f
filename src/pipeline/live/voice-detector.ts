/**
 * How likely somebody speaks on one channel, frame by frame. Quiet voices open no speech (`--threshold`), so the model is not asked
 * while nothing is loud: that saves nearly all work in silence.
 */
import { peakOf } from "../../dsp/level.js";
import { SILERO_FRAME_SAMPLES, type SileroVad } from "../../model/silero.js";
import { SAMPLE_RATE_HZ } from "../../units.js";
import { QuietVoice } from "./quiet-voice.js";

/**
 * Held back while it is quiet, and heard after all when it gets loud: people begin words and sentences softly, by up to 1.3 s
 * in meetings, and the model has to hear some audio before it is sure of anything.
 */
const HELD_FRAMES = framesOf(2);
/** So long after the last loud frame the model may still become sure. */
const AWAKE_FRAMES = framesOf(0.25);
/** Who has just spoken goes on more softly: for so long half the threshold is enough. */
const LENIENT_FRAMES = framesOf(3);
const LENIENCY = 0.5;

interface PushOptions {
  readonly isNeeded: boolean;
  readonly threshold: number;
  readonly mayBeEcho: boolean;
}

export class VoiceDetector {
  readonly #vad: SileroVad;
  readonly #quietVoice: QuietVoice;
  #held: Float32Array[] = [];
  /** Frames were left out since the model last heard one. */
  #hasGap = false;
  #isAwake = false;
  #quietFrames = 0;
  #framesSinceNeeded = Number.POSITIVE_INFINITY;
  #quietVoicePeak: number | undefined;

  constructor(vad: SileroVad) {
    this.#vad = vad;
    this.#quietVoice = new QuietVoice(vad);
  }

  /** The loudest sample of a voice too quiet to be heard, where the last frame has made it known (quiet-voice.ts). */
  get quietVoicePeak(): number | undefined {
    return this.#quietVoicePeak;
  }

  /**
   * Takes the next 512 samples; returns the probabilities of the frames that are decided now, oldest first: none or one of 0 while it is
   * quiet, two seconds of them when it gets loud. A frame whose peak reaches `threshold` (of full scale) is loud. While `isNeeded` (somebody
   * speaks) the model goes on listening, loud or not. `mayBeEcho`: a quiet voice in it may be what loudspeakers play.
   */
  push(frame: Float32Array, { isNeeded, threshold, mayBeEcho }: PushOptions): Float32Array {
    this.#framesSinceNeeded = isNeeded ? 0 : this.#framesSinceNeeded + 1;
    const isLenient = this.#framesSinceNeeded <= LENIENT_FRAMES;
    const isLoud = peakOf(frame) >= threshold * (isLenient ? LENIENCY : 1);
    this.#quietFrames = isLoud ? 0 : this.#quietFrames + 1;
    this.#isAwake = isLoud || (this.#isAwake && (isNeeded || this.#quietFrames <= AWAKE_FRAMES));
    this.#held.push(frame);
    this.#quietVoicePeak = undefined;
    if (isNeeded) this.#quietVoice.forget();
    if (this.#isAwake) return this.#hear();
    if (this.#held.length <= HELD_FRAMES) return new Float32Array(0);
    this.#held.shift();
    // From here on it listens anew when it gets loud, whatever it has heard meanwhile.
    this.#hasGap = true;
    if (!mayBeEcho) this.#quietVoicePeak = this.#quietVoice.watch(() => this.#samples(), threshold);
    return new Float32Array(1);
  }

  /** The channel is over: what is held back was quiet. Its probabilities. */
  end(): Float32Array {
    const quiet = new Float32Array(this.#held.length);
    this.#held = [];
    return quiet;
  }

  #hear(): Float32Array {
    const samples = this.#samples();
    const probabilities = new Float32Array(this.#held.length);
    this.#held = [];
    if (this.#hasGap) this.#vad.reset();
    this.#hasGap = false;
    this.#vad.process(samples, probabilities);
    return probabilities;
  }

  /** Of what is held back. */
  #samples(): Float32Array {
    const samples = new Float32Array(this.#held.length * SILERO_FRAME_SAMPLES);
    for (const [i, frame] of this.#held.entries()) samples.set(frame, i * SILERO_FRAME_SAMPLES);
    return samples;
  }
}

function framesOf(seconds: number): number {
  return Math.round((seconds * SAMPLE_RATE_HZ) / SILERO_FRAME_SAMPLES);
}
