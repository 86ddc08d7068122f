/**
 * Takes the loopback out of the microphone, where loudspeakers leak into it, so that the other side is not transcribed twice. By audio
 * alone: the echo is subtracted, and frames in which nothing else is left are silenced; who talks over the echo is kept. Until a leak
 * is found the microphone passes through bit for bit, only later.
 */
import { SAMPLE_RATE_HZ } from "../../units.js";
import { VAD_FRAME_SAMPLES } from "../speech-detector.js";
import { type EchoFrames, EchoRevision } from "./echo-revision.js";
import { BLOCK_SAMPLES, EchoSubtractor } from "./echo-subtractor.js";
import { expectedResponse } from "./expected-response.js";
import { HELD_FRAMES, HeldFrames } from "./held-frames.js";
import { type Leak, LeakDetector } from "./leak-detector.js";
import { LeakTracker } from "./leak-tracker.js";
import type { EchoVerdict } from "./residue-judge.js";
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

/** 224 ms: what may come before the direct sound, and 208 ms of room. */
const PARTITIONS = 14;
/** Where in the filter the direct sound is put: the strongest path need not be the first, and clocks drift both ways. */
const DIRECT_TAP = 256;
/** Bluetooth takes up to 0.3 s. */
const MAX_LAG_SAMPLES = 0.32 * SAMPLE_RATE_HZ;
/** The correlation is looked at in every second frame. */
const FRAMES_PER_ANALYSIS = 2;
/** What the filter hears again when a leak is found, 0.8 s: most of what it needs is there already. */
const RELEARNT_FRAMES = 24;
/** What is known of the path is used on what came before it was: 1 s after a leak is found, and so long after each time that was done. */
const REVISION_PAUSE_FRAMES = 32;
/** …where somebody has talked over the echo meanwhile: an echo alone is silenced anyway. */
const MIN_TALK_FRAMES = 8;
/** In the first 8 s of a leak all of it, later the last 3 s. */
const MOST_REVISED_FRAMES = 250;
const LATER_REVISED_FRAMES = 94;
/** While it is revised more comes, up to 60 frames. */
const HISTORY_FRAMES = MOST_REVISED_FRAMES + 100;
/** The microphone's first that is no silence from before it began: it is looked at later. */
const FIRST_FRAME = 1 + CLOCK_SAMPLES / ECHO_FRAME_SAMPLES;
const HISTORY_SAMPLES = HISTORY_FRAMES * ECHO_FRAME_SAMPLES + MAX_LAG_SAMPLES + CLOCK_SAMPLES;

export interface EchoFrame {
  /** [512] to be transcribed, the caller's to keep. */
  readonly samples: Float32Array;
  readonly verdict: EchoVerdict;
  /** Frames that were returned before, the last one just before this, as they are now that more is known of the echo; the caller's to keep. */
  readonly revised: readonly Float32Array[];
}

export class EchoCanceller {
  readonly #detector = new LeakDetector(-CLOCK_SAMPLES, MAX_LAG_SAMPLES);
  readonly #tracker: LeakTracker;
  /** undefined while no leak is known. */
  #subtractor: EchoSubtractor | undefined;
  readonly #microphone = new SampleHistory(HISTORY_SAMPLES, ECHO_FRAME_SAMPLES);
  readonly #loopback = new SampleHistory(HISTORY_SAMPLES, ECHO_FRAME_SAMPLES);
  /** The microphone without its echo, as it was cleaned at first: as late as it is looked at. */
  readonly #cleaned = new SampleHistory(HISTORY_SAMPLES, ECHO_FRAME_SAMPLES);
  /** From the loopback to what the filter takes for it: the filter is too short for long lags. */
  #referenceDelay = 0;
  readonly #samples = new Float32Array(ECHO_FRAME_SAMPLES);
  readonly #held = new HeldFrames();
  /** Taken so far: the number of the newest, the first is 1. */
  #frames = 0;
  #foundFrame = 0;
  /** The first that had the path which is known now. */
  #firstOfPath = FIRST_FRAME;
  #revision: EchoRevision | undefined;
  #nextRevisionFrame = 0;
  #talkFrames = 0;

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
    this.#microphone.push(microphone);
    this.#loopback.push(loopback);
    this.#detector.push(microphone, loopback);
    const hadLeak = this.leak !== undefined;
    const isAnalysed = this.#frames++ % FRAMES_PER_ANALYSIS === 0;
    if (isAnalysed && this.#tracker.push(this.#detector.analyse())) this.#startOver(hadLeak);
    this.#cancel(this.#frames);
    this.#cleaned.push(this.#samples);
    const held = this.#held.push({ samples: this.#samples, verdict: this.#subtractor?.verdict ?? "clean" });
    const revised = this.#revise();
    // Before the first frame there was none.
    if (held === undefined || this.#frames <= ECHO_DELAY_FRAMES) return undefined;
    return { ...held, samples: revised.pop() ?? held.samples, revised };
  }

  /** Another leak than before: learns it from the last frames before the newest at once. */
  #startOver(hadLeak: boolean): void {
    const { leak } = this;
    this.#revision = undefined;
    this.#subtractor = undefined;
    if (leak === undefined) return;
    const lag = leak.lagSamples + CLOCK_SAMPLES;
    this.#referenceDelay = Math.max(0, lag - DIRECT_TAP);
    const power = expectedResponse(PARTITIONS * BLOCK_SAMPLES, lag - this.#referenceDelay, leak.gain);
    this.#subtractor = EchoSubtractor.expecting(power, ECHO_FRAME_SAMPLES);
    this.#foundFrame = this.#frames;
    // What was before a leak moved had another path.
    this.#firstOfPath = hadLeak ? this.#frames : FIRST_FRAME;
    this.#nextRevisionFrame = this.#frames + REVISION_PAUSE_FRAMES;
    this.#talkFrames = MIN_TALK_FRAMES;
    for (let frame = this.#frames - RELEARNT_FRAMES + 1; frame < this.#frames; frame++) this.#cancel(frame);
  }

  #cancel(frame: number): void {
    const { microphone, loopback } = this.#framesOf(frame);
    this.#subtractor?.subtract(microphone, loopback);
    this.#samples.set(microphone);
  }

  /** Frames before the newest one that are cleaner now, and that one; mostly none. */
  #revise(): Float32Array[] {
    if (this.#subtractor === undefined) return [];
    if (this.#subtractor.verdict === "double-talk") this.#talkFrames++;
    if (this.#frames >= this.#nextRevisionFrame && this.#talkFrames >= MIN_TALK_FRAMES) {
      const isNew = this.#frames - this.#foundFrame < MOST_REVISED_FRAMES;
      const past = isNew ? MOST_REVISED_FRAMES : LATER_REVISED_FRAMES;
      const first = Math.max(this.#firstOfPath, this.#frames - past + 1);
      this.#revision = new EchoRevision(this.#subtractor, first);
      this.#nextRevisionFrame = Number.POSITIVE_INFINITY;
      this.#talkFrames = 0;
    }
    const revised = this.#revision?.advance(this.#frames, (frame) => this.#framesOf(frame));
    if (revised === undefined) return [];
    this.#revision = undefined;
    this.#nextRevisionFrame = this.#frames + REVISION_PAUSE_FRAMES;
    return revised;
  }

  /** The microphone's frame of that number, later by CLOCK_SAMPLES, and the loopback's that may echo in it. */
  #framesOf(frame: number): EchoFrames {
    const ago = (this.#frames - frame) * ECHO_FRAME_SAMPLES;
    return {
      microphone: this.#microphone.frame(ago + CLOCK_SAMPLES).slice(),
      loopback: this.#loopback.frame(ago + this.#referenceDelay),
      cleaned: this.#cleaned.frame(ago),
    };
  }
}

function requireFrame(samples: Float32Array): void {
  if (samples.length !== ECHO_FRAME_SAMPLES) {
    throw new RangeError(`expected ${ECHO_FRAME_SAMPLES} samples, got ${samples.length}`);
  }
}
