/**
 * Cuts a recording into the windows that Whisper decodes, at most 30 s each. Islands of speech stay where
 * they are in their window, natural pauses included: cutting pauses out loses context, and with it quiet
 * speech. Long silence between islands is in no window, since Whisper invents text there. A window that is
 * full ends at a good pause in its later part.
 *
 * Streaming: a window comes out as soon as nothing ahead can change it, and memory does not grow with the
 * recording.
 */
import { MubblesError } from "../errors.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_SAMPLES, WINDOW_SECONDS } from "../units.js";
import { findCut, LONG_PAUSE_SAMPLES } from "./cut-point.js";
import { FrameHistory } from "./frame-history.js";
import {
  DEFAULT_SPEECH_DETECTOR_OPTIONS,
  SpeechDetector,
  type SpeechDetectorOptions,
  type SpeechSpan,
} from "./speech-detector.js";

/**
 * All in samples of the recording, in whole hops of 160; ends are exclusive, and the last may round up past
 * the recording.
 */
export interface DecodeWindow {
  readonly startSample: number;
  /** At most 30 s after the start. */
  readonly endSample: number;
  /** Where somebody speaks in this window, with padding; from the planners never empty. */
  readonly speech: readonly { readonly startSample: number; readonly endSample: number }[];
}

export interface WindowPlannerOptions extends SpeechDetectorOptions {
  readonly maxWindowSeconds: number;
  /** The same for the first window alone: shorter, where the first text is to come early. */
  readonly maxFirstWindowSeconds: number;
  /** Islands of speech further apart than this go to different windows. */
  readonly maxPauseSeconds: number;
}

export const DEFAULT_WINDOW_PLANNER_OPTIONS = {
  ...DEFAULT_SPEECH_DETECTOR_OPTIONS,
  maxWindowSeconds: WINDOW_SECONDS,
  maxFirstWindowSeconds: WINDOW_SECONDS,
  maxPauseSeconds: 3,
} as const satisfies WindowPlannerOptions;

/** The part of a full window, at its end, that is searched for the place to cut. */
const CUT_REGION = 0.4;
export class WindowPlanner {
  readonly #detector: SpeechDetector;
  readonly #maxWindowSamples: number;
  /** What holds for the window that is planned now. */
  #limitSamples: number;
  readonly #maxPauseSamples: number;
  readonly #history = new FrameHistory();
  /** Closed spans that no window has yet, clipped to what lies after the last window. */
  #islands: SpeechSpan[] = [];
  /** End of the last window. */
  #plannedSample = 0;

  /** @throws MubblesError USAGE when an option is out of range */
  constructor(options: Partial<WindowPlannerOptions> = {}) {
    const { maxWindowSeconds, maxFirstWindowSeconds, maxPauseSeconds, ...detection } = {
      ...DEFAULT_WINDOW_PLANNER_OPTIONS,
      ...options,
    };
    this.#detector = new SpeechDetector(detection);
    this.#maxWindowSamples = wholeHops(checked("the window", maxWindowSeconds, 1, WINDOW_SECONDS));
    const firstSeconds = checked("the first window", maxFirstWindowSeconds, 1, WINDOW_SECONDS);
    this.#limitSamples = Math.min(wholeHops(firstSeconds), this.#maxWindowSamples);
    this.#maxPauseSamples = wholeHops(checked("the longest pause", maxPauseSeconds, 0, WINDOW_SECONDS));
  }

  /** Takes the first `count` probabilities, one per 512 samples; returns the windows that are decided now. */
  push(probabilities: Float32Array, count: number): DecodeWindow[] {
    const windows: DecodeWindow[] = [];
    for (let i = 0; i < count; i++) {
      const probability = probabilities[i]!;
      this.#history.push(probability);
      this.#add(this.#detector.push(probability));
      while (this.#isDecided()) windows.push(this.#take());
    }
    return windows;
  }

  /** The windows that are left at the end of a recording of `totalSamples`. Nothing can be pushed after. */
  end(totalSamples: number): DecodeWindow[] {
    const windows: DecodeWindow[] = [];
    this.#add(this.#detector.end(totalSamples));
    while (this.#islands.length > 0) windows.push(this.#take());
    return windows;
  }

  /** Whether any speech has been found so far. */
  get hasHeard(): boolean {
    return this.#plannedSample > 0 || this.#islands.length > 0 || this.#detector.open !== undefined;
  }

  /** Audio before this sample will never be asked for again. */
  get neededFromSample(): number {
    return this.#islands[0]?.startSample ?? Math.max(this.#plannedSample, this.#detector.pendingFromSample);
  }

  #add(span: SpeechSpan | undefined): void {
    // What is left of a span after a cut can be padding alone.
    const hasVoiceLeft = span !== undefined && span.voiceEndSample > this.#plannedSample;
    if (hasVoiceLeft) this.#islands.push(this.#clipped(span));
  }

  /** Of a span that a cut has split, the part after the cut. */
  #clipped(span: SpeechSpan): SpeechSpan {
    if (span.startSample >= this.#plannedSample) return span;
    return {
      ...span,
      startSample: this.#plannedSample,
      voiceStartSample: Math.max(this.#plannedSample, span.voiceStartSample),
    };
  }

  #isDecided(): boolean {
    if (!this.#isNear(this.#detector.pendingFromSample)) return true;
    const fullAtSample = this.neededFromSample + this.#limitSamples + LONG_PAUSE_SAMPLES;
    if (this.#detector.positionSample < fullAtSample) return false;
    return this.#islands.length > 0 || this.#openSpan() !== undefined;
  }

  /** Whether speech from this sample on may share a window with the islands that wait. */
  #isNear(startSample: number): boolean {
    const last = this.#islands.at(-1);
    return last === undefined || startSample - last.endSample <= this.#maxPauseSamples;
  }

  /** The span that is still open, if anything of it is left to plan. */
  #openSpan(): SpeechSpan | undefined {
    const open = this.#detector.open;
    return open && open.voiceEndSample > this.#plannedSample ? this.#clipped(open) : undefined;
  }

  /** The next window; what does not fit stays for the one after. */
  #take(): DecodeWindow {
    const open = this.#openSpan();
    const spans = open && this.#isNear(open.startSample) ? [...this.#islands, open] : this.#islands;
    const startSample = spans[0]!.startSample;
    const limitSample = startSample + this.#limitSamples;
    const fits = spans.at(-1)!.voiceEndSample <= limitSample;
    // A second beyond the window is looked at, to see how long its last pause is.
    const cutSample = fits
      ? limitSample
      : findCut(this.#history, {
          fromSample: limitSample - this.#limitSamples * CUT_REGION,
          limitSample,
          negativeThreshold: this.#detector.negativeThreshold,
        });

    const speech: { startSample: number; endSample: number }[] = [];
    for (const span of spans) {
      if (span.startSample >= cutSample) break;
      speech.push({ startSample: span.startSample, endSample: Math.min(span.endSample, cutSample) });
    }
    const endSample = speech.at(-1)!.endSample;
    this.#plannedSample = endSample;
    this.#limitSamples = this.#maxWindowSamples;
    this.#islands = this.#islands
      .filter((island) => island.voiceEndSample > endSample)
      .map((island) => this.#clipped(island));
    return { startSample, endSample, speech };
  }
}

/** `--no-vad`: one full window after the other, all of it taken for speech. */
export class FixedWindowPlanner {
  #plannedSample = 0;
  #positionSample = 0;

  /** Takes note of `sampleCount` more samples; returns the windows that are full now. */
  advance(sampleCount: number): DecodeWindow[] {
    this.#positionSample += sampleCount;
    const windows: DecodeWindow[] = [];
    while (this.#positionSample - this.#plannedSample >= WINDOW_SAMPLES) {
      windows.push(this.#take(WINDOW_SAMPLES));
    }
    return windows;
  }

  /** The rest of a recording of `totalSamples`. */
  end(totalSamples: number): DecodeWindow[] {
    const windows = this.advance(totalSamples - this.#positionSample);
    const restSamples = Math.ceil((totalSamples - this.#plannedSample) / HOP_SAMPLES) * HOP_SAMPLES;
    if (restSamples > 0) windows.push(this.#take(restSamples));
    return windows;
  }

  /** Audio before this sample will never be asked for again. */
  get neededFromSample(): number {
    return this.#plannedSample;
  }

  #take(lengthSamples: number): DecodeWindow {
    const startSample = this.#plannedSample;
    const endSample = startSample + lengthSamples;
    this.#plannedSample = endSample;
    return { startSample, endSample, speech: [{ startSample, endSample }] };
  }
}

function checked(what: string, seconds: number, min: number, max: number): number {
  if (seconds >= min && seconds <= max) return seconds;
  throw new MubblesError("USAGE", { where: what, detail: `expected ${min} to ${max} s, got ${seconds}` });
}

function wholeHops(seconds: number): number {
  return Math.floor((seconds * SAMPLE_RATE_HZ) / HOP_SAMPLES) * HOP_SAMPLES;
}
