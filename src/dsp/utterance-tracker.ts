/**
 * Live speech cut into utterances: frame probabilities in, beginnings and ends out, at the earliest frame that decides them. The
 * rules are those of speech-detector.ts, but an utterance begins while it is still spoken, ends after a pause that a listener
 * would take for the end, and is cut before it outgrows a window.
 */
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../units.js";
import { findCut } from "./cut-point.js";
import { FrameHistory } from "./frame-history.js";
import { VAD_FRAME_SAMPLES } from "./speech-detector.js";

export interface UtteranceOptions {
  /** Speech begins at a frame of this probability. */
  readonly threshold: number;
  /** Speech that is shorter, silence around it not counted, is dropped as a click. */
  readonly minSpeechMs: number;
  /** An utterance ends after so much silence. */
  readonly silenceMs: number;
}

/** In samples of the channel, in whole hops. Utterances follow one another and never overlap. */
export type Boundary =
  | { readonly type: "begin"; readonly startSample: number }
  | { readonly type: "end"; readonly startSample: number; readonly endSample: number };

/** The utterance that is being spoken. */
export interface OpenUtterance {
  readonly startSample: number;
  /** The last frame with a voice ends here. */
  readonly voiceEndSample: number;
  /** Where it would end if nothing more were said. */
  readonly endSample: number;
  /** How long nobody has been heard; 0 while somebody speaks. */
  readonly silentSamples: number;
}

/** Words begin and end below the threshold: so much is kept around the voice. */
const PRE_ROLL_SAMPLES = 0.4 * SAMPLE_RATE_HZ;
export const POST_ROLL_SAMPLES = 0.2 * SAMPLE_RATE_HZ;
/** Whisper's window is 30 s; a frame is a part of one. */
const MAX_SAMPLES = 29 * SAMPLE_RATE_HZ;
/** The part of a full utterance, at its end, that is searched for the place to cut. */
const CUT_REGION = 0.4;
/** As in Silero's own rules: open speech goes on while frames reach the threshold less this. */
const HYSTERESIS = 0.15;
const LOWEST_THRESHOLD = 0.01;

export class UtteranceTracker {
  readonly #threshold: number;
  readonly #negativeThreshold: number;
  readonly #minSpeechSamples: number;
  readonly #silenceSamples: number;
  readonly #history = new FrameHistory();
  #positionSample = 0;
  /** Of the speech that is open, or may become so. */
  #voiceStartSample: number | undefined;
  #voiceEndSample = 0;
  #startSample = 0;
  /** Long enough to be no click. */
  #isOpen = false;
  /** End of the last utterance. */
  #settledSample = 0;

  constructor({ threshold, minSpeechMs, silenceMs }: UtteranceOptions) {
    this.#threshold = threshold;
    this.#negativeThreshold = Math.max(threshold - HYSTERESIS, LOWEST_THRESHOLD);
    this.#minSpeechSamples = samplesOf(minSpeechMs);
    this.#silenceSamples = samplesOf(silenceMs);
  }

  /** Takes the next frame of 512 samples; returns what it decides, in order. */
  push(probability: number): Boundary[] {
    const frameStart = this.#positionSample;
    this.#positionSample += VAD_FRAME_SAMPLES;
    this.#history.push(probability);
    if (this.#voiceStartSample === undefined) {
      if (!(probability >= this.#threshold)) return [];
      this.#voiceStartSample = frameStart;
      this.#voiceEndSample = this.#positionSample;
      this.#startSample = Math.max(this.#settledSample, wholeHops(frameStart - PRE_ROLL_SAMPLES));
    } else if (probability >= this.#threshold || this.#goesOn(probability, frameStart)) {
      this.#voiceEndSample = this.#positionSample;
    }
    const boundaries: Boundary[] = [];
    if (!this.#isOpen && this.#voiceEndSample - this.#voiceStartSample >= this.#minSpeechSamples) {
      this.#isOpen = true;
      boundaries.push({ type: "begin", startSample: this.#startSample });
    }
    if (this.#silentSamples >= this.#silenceSamples) boundaries.push(...this.#close(this.#positionSample));
    else if (this.#isOpen && this.#positionSample - this.#startSample >= MAX_SAMPLES) {
      boundaries.push(...this.#cut());
    }
    return boundaries;
  }

  /** The channel ends here; its last frame may be filled up with zeros. */
  end(totalSamples: number): Boundary[] {
    return this.#close(totalSamples);
  }

  get open(): OpenUtterance | undefined {
    if (!this.#isOpen) return undefined;
    return {
      startSample: this.#startSample,
      voiceEndSample: this.#voiceEndSample,
      endSample: this.#endSample(this.#positionSample),
      silentSamples: this.#silentSamples,
    };
  }

  /** Nobody speaks, nor may what was heard last become speech. */
  get isIdle(): boolean {
    return this.#voiceStartSample === undefined;
  }

  /** Audio before this sample is in no utterance to come. */
  get neededFromSample(): number {
    if (!this.isIdle) return this.#startSample;
    return Math.max(this.#settledSample, this.#positionSample - PRE_ROLL_SAMPLES - HOP_SAMPLES);
  }

  get #silentSamples(): number {
    return this.#positionSample - this.#voiceEndSample;
  }

  /** After a pause only the higher threshold goes on with the same speech. */
  #goesOn(probability: number, frameStart: number): boolean {
    return probability >= this.#negativeThreshold && this.#voiceEndSample === frameStart;
  }

  #endSample(limitSample: number): number {
    const padded = Math.min(this.#voiceEndSample + POST_ROLL_SAMPLES, limitSample);
    return Math.ceil(padded / HOP_SAMPLES) * HOP_SAMPLES;
  }

  #close(limitSample: number): Boundary[] {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#voiceStartSample = undefined;
    if (!wasOpen) return [];
    this.#settledSample = this.#endSample(limitSample);
    return [{ type: "end", startSample: this.#startSample, endSample: this.#settledSample }];
  }

  /** Ends what is full; the rest is the next utterance, however short it may be. */
  #cut(): Boundary[] {
    const cutSample = findCut(this.#history, {
      fromSample: this.#startSample + MAX_SAMPLES * (1 - CUT_REGION),
      limitSample: this.#positionSample,
      negativeThreshold: this.#negativeThreshold,
    });
    if (this.#voiceEndSample <= cutSample) return this.#close(cutSample);
    const startSample = this.#startSample;
    this.#settledSample = cutSample;
    this.#startSample = cutSample;
    this.#voiceStartSample = cutSample;
    return [
      { type: "end", startSample, endSample: cutSample },
      { type: "begin", startSample: cutSample },
    ];
  }
}

function samplesOf(ms: number): number {
  return Math.round((ms * SAMPLE_RATE_HZ) / 1000);
}

function wholeHops(sample: number): number {
  return Math.max(0, Math.floor(sample / HOP_SAMPLES) * HOP_SAMPLES);
}
