/** How likely somebody speaks on one channel, frame by frame. The model is not asked while it is quiet: that saves nearly all work. */
import { SILERO_FRAME_SAMPLES, type SileroVad } from "../../model/silero.js";
import { SAMPLE_RATE_HZ } from "../../units.js";

/**
 * Frames that are held back while it is quiet, and heard after all when it gets loud: words often begin softly, and the model
 * has to hear some audio before it is sure of anything.
 */
const HELD_FRAMES = Math.round(SAMPLE_RATE_HZ / SILERO_FRAME_SAMPLES);
/** So long after the last loud frame the model still listens. */
const AWAKE_FRAMES = Math.round(SAMPLE_RATE_HZ / SILERO_FRAME_SAMPLES);

export class VoiceDetector {
  readonly #vad: SileroVad;
  readonly #threshold: number;
  #held: Float32Array[] = [];
  #isAwake = false;
  #quietFrames = 0;

  /** Frames whose peak reaches `threshold` (of full scale) are loud. */
  constructor(vad: SileroVad, threshold: number) {
    this.#vad = vad;
    this.#threshold = threshold;
  }

  /**
   * Takes the next frame; returns the probabilities of the frames that are decided now, oldest first: none or 0 while it is quiet,
   * about a second of them when it gets loud. While `isNeeded` the model goes on listening, loud or not.
   */
  async push(frame: Float32Array, isNeeded: boolean): Promise<Float32Array> {
    this.#quietFrames = peakOf(frame) >= this.#threshold ? 0 : this.#quietFrames + 1;
    const isLoud = this.#quietFrames === 0;
    if (!this.#isAwake && isLoud) this.#vad.reset();
    this.#isAwake = isLoud || (this.#isAwake && (isNeeded || this.#quietFrames <= AWAKE_FRAMES));
    this.#held.push(frame);
    if (this.#isAwake) return this.#hear();
    if (this.#held.length <= HELD_FRAMES) return new Float32Array(0);
    this.#held.shift();
    return new Float32Array(1);
  }

  /** The channel is over: what is held back was quiet. */
  end(): Float32Array {
    const quiet = new Float32Array(this.#held.length);
    this.#held = [];
    return quiet;
  }

  async #hear(): Promise<Float32Array> {
    const samples = new Float32Array(this.#held.length * SILERO_FRAME_SAMPLES);
    for (const [i, frame] of this.#held.entries()) samples.set(frame, i * SILERO_FRAME_SAMPLES);
    const probabilities = new Float32Array(this.#held.length);
    this.#held = [];
    await this.#vad.process(samples, probabilities);
    return probabilities;
  }
}

function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) {
    const magnitude = Math.abs(samples[i]!);
    if (magnitude > peak) peak = magnitude;
  }
  return peak;
}
