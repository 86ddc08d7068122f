/**
 * Takes the loopback out of the microphone, where loudspeakers leak into it, so that the other side is not transcribed twice. By audio
 * alone: the echo is subtracted, and frames in which nothing else is left are silenced; who talks over the echo is kept. Until a leak
 * is found the microphone passes through bit for bit, only later.
 */
import { SAMPLE_RATE_HZ } from "../../units.js";
import { VAD_FRAME_SAMPLES } from "../speech-detector.js";
import { EchoPathFilter } from "./echo-path-filter.js";
import { HELD_FRAMES, HeldFrames } from "./held-frames.js";
import { type Leak, LeakDetector } from "./leak-detector.js";
import { LeakTracker } from "./leak-tracker.js";
import { type EchoVerdict, ResidueJudge } from "./residue-judge.js";
import { SampleHistory } from "./sample-history.js";

/** Samples of `process`: one VAD frame, 32 ms. */
export const ECHO_FRAME_SAMPLES = VAD_FRAME_SAMPLES;
/**
 * The microphone is looked at this much later than the loopback, 32 ms: the two clocks may be apart, and an echo that comes before its
 * sound could not be predicted otherwise.
 */
const CLOCK_SAMPLES = ECHO_FRAME_SAMPLES;
/** Frames that come out later than they went in, 128 ms in all. */
export const ECHO_DELAY_FRAMES = CLOCK_SAMPLES / ECHO_FRAME_SAMPLES + HELD_FRAMES;

/** Half a frame: the filter learns twice a frame. */
const BLOCK_SAMPLES = 256;
/** 224 ms: what may come before the direct sound, and 208 ms of room. */
const PARTITIONS = 14;
/** Where in the filter the direct sound is put: the strongest path need not be the first, and clocks drift both ways. */
const DIRECT_TAP = 256;
/** Bluetooth takes up to 0.3 s. */
const MAX_LAG_SAMPLES = 0.32 * SAMPLE_RATE_HZ;
/** The correlation is looked at in every second frame. */
const FRAMES_PER_ANALYSIS = 2;
/** What the filter hears again when a leak is found, 0.8 s: most of what it needs is there already. */
const RELEARNT_SAMPLES = 24 * ECHO_FRAME_SAMPLES;
const HISTORY_SAMPLES = RELEARNT_SAMPLES + MAX_LAG_SAMPLES + CLOCK_SAMPLES;

export interface EchoFrame {
  /** [512] to be transcribed, the caller's to keep. */
  readonly samples: Float32Array;
  readonly verdict: EchoVerdict;
}

export class EchoCanceller {
  readonly #detector = new LeakDetector(-CLOCK_SAMPLES, MAX_LAG_SAMPLES);
  readonly #tracker: LeakTracker;
  readonly #filter = new EchoPathFilter(BLOCK_SAMPLES, PARTITIONS);
  readonly #judge = new ResidueJudge();
  readonly #microphone = new SampleHistory(HISTORY_SAMPLES, ECHO_FRAME_SAMPLES);
  readonly #loopback = new SampleHistory(HISTORY_SAMPLES, ECHO_FRAME_SAMPLES);
  /** From the loopback to what the filter takes for it: the filter is too short for long lags. */
  #referenceDelay = 0;
  readonly #samples = new Float32Array(ECHO_FRAME_SAMPLES);
  readonly #echo = new Float32Array(ECHO_FRAME_SAMPLES);
  readonly #held = new HeldFrames();
  #frames = 0;

  /**
   * `auto` wants to see a leak for a fifth of a second, or half a second where it is faint, before it touches anything; `on`, for who
   * knows of loudspeakers, believes the first sign.
   */
  constructor(mode: "auto" | "on") {
    this.#tracker = new LeakTracker(mode === "on");
  }

  /** The leak that is being cancelled; undefined while none is known. */
  get leak(): Leak | undefined {
    return this.#tracker.leak;
  }

  /**
   * Takes 512 samples of both channels from the same time, 16 kHz mono; returns the microphone's of ECHO_DELAY_FRAMES calls before,
   * undefined until then. Throws RangeError for another number of samples: a caller's mistake.
   */
  process(microphone: Float32Array, loopback: Float32Array): EchoFrame | undefined {
    requireFrame(microphone);
    requireFrame(loopback);
    const samples = this.#samples;
    this.#microphone.push(microphone);
    this.#loopback.push(loopback);
    samples.set(this.#microphone.frame(CLOCK_SAMPLES));
    this.#detector.push(microphone, loopback);
    const isAnalysed = this.#frames++ % FRAMES_PER_ANALYSIS === 0;
    if (isAnalysed && this.#tracker.push(this.#detector.analyse())) this.#startOver();
    else if (this.leak !== undefined) this.#cancel(samples, this.#loopback.frame(this.#referenceDelay));
    const verdict = this.leak === undefined ? "clean" : this.#judge.verdict;
    const held = this.#held.push({ samples, verdict });
    // Before the first frame there was none.
    if (held === undefined || this.#frames <= ECHO_DELAY_FRAMES) return undefined;
    if (held.verdict === "echo") held.samples.fill(0);
    return held;
  }

  /** Another leak than before: learns it from the last frames at once. The last of them is the one to be returned. */
  #startOver(): void {
    const { leak } = this;
    if (leak === undefined) return;
    const lag = leak.lagSamples + CLOCK_SAMPLES;
    this.#referenceDelay = Math.max(0, lag - DIRECT_TAP);
    this.#judge.reset();
    this.#filter.reset(expectedResponse(this.#filter.taps, lag - this.#referenceDelay, leak.gain));
    for (let ago = RELEARNT_SAMPLES - ECHO_FRAME_SAMPLES; ago >= 0; ago -= ECHO_FRAME_SAMPLES) {
      this.#samples.set(this.#microphone.frame(ago + CLOCK_SAMPLES));
      this.#cancel(this.#samples, this.#loopback.frame(ago + this.#referenceDelay));
    }
  }

  #cancel(samples: Float32Array, loopback: Float32Array): void {
    for (let start = 0; start < samples.length; start += BLOCK_SAMPLES) {
      const block = samples.subarray(start, start + BLOCK_SAMPLES);
      const echo = this.#echo.subarray(start, start + BLOCK_SAMPLES);
      this.#filter.predict(loopback.subarray(start, start + BLOCK_SAMPLES), echo);
      const before = energy(block);
      for (let i = 0; i < BLOCK_SAMPLES; i++) block[i] = block[i]! - echo[i]!;
      // Silence to the last bit is a microphone that is paused or gone, and no room without an echo.
      if (before > 0) this.#filter.learn(block);
      // A prediction that makes it louder is none.
      if (energy(block) > before) for (let i = 0; i < BLOCK_SAMPLES; i++) block[i] = block[i]! + echo[i]!;
    }
    this.#judge.push(samples, this.#echo);
  }
}

/** The direct sound, as far around as its peak may lie beside the true one. */
const DIRECT_SAMPLES = 3;
/** Power of a tap in the room's tail, over that of the direct sound's. */
const TAIL_POWER = 0.005;
const TAIL_DECAY_SAMPLES = 0.03 * SAMPLE_RATE_HZ;
/** The strongest path need not be the first. */
const EARLY_POWER = 0.0015;
const EARLY_SAMPLES = 80;
const REST_POWER = 1e-5;
/** Gains are measured in speech over speech, and systems turn loopbacks down: the range of what is plausible. */
const MIN_GAIN = 0.05;
const MAX_GAIN = 10;

/** The power that a response has in each tap when its direct sound is at `direct`. */
function expectedResponse(taps: number, direct: number, measuredGain: number): Float64Array {
  const power = new Float64Array(taps);
  let sum = 0;
  for (let tap = 0; tap < taps; tap++) {
    const after = tap - direct;
    let value = REST_POWER;
    if (Math.abs(after) <= DIRECT_SAMPLES) value += 1;
    else if (after > 0) value += TAIL_POWER * Math.exp(-after / TAIL_DECAY_SAMPLES);
    else if (after > -EARLY_SAMPLES) value += EARLY_POWER;
    power[tap] = value;
    sum += value;
  }
  const gain = Math.min(MAX_GAIN, Math.max(MIN_GAIN, measuredGain));
  for (let tap = 0; tap < taps; tap++) power[tap] = (power[tap]! * gain * gain) / sum;
  return power;
}

function requireFrame(samples: Float32Array): void {
  if (samples.length !== ECHO_FRAME_SAMPLES) {
    throw new RangeError(`expected ${ECHO_FRAME_SAMPLES} samples, got ${samples.length}`);
  }
}

function energy(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!;
  return sum;
}
