/** From samples to decoding windows: mel and VAD run along the audio, the planner says where to cut. */

import { laneOf } from "../audio/interleave.js";
import type { SpeechDetectorOptions } from "../dsp/speech-detector.js";
import { type DecodeWindow, FixedWindowPlanner, WindowPlanner } from "../dsp/window-planner.js";
import { discardBuffers } from "../model/discard.js";
import { SILERO_FRAME_SAMPLES, type SileroVad } from "../model/silero.js";
import { traceSpan } from "../tracing.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_SAMPLES } from "../units.js";
import { MelHistory } from "./mel-history.js";

/** A window with its log-mel columns [frames × nMels], before clamping and scaling. */
export interface PlannedWindow extends DecodeWindow {
  readonly columns: Float32Array;
  /** The same audio for a model that aligns words and has another number of mel bands; else the same columns. */
  readonly alignColumns: Float32Array;
  /** 0 where there is but one. */
  readonly channel: number;
  /** No window to come, of any channel, begins earlier. */
  readonly settledSample: number;
}

/** Seconds spent in the stages, added up as they run. */
export interface StageClock {
  mediaSeconds: number;
  melSeconds: number;
  vadSeconds: number;
  audioSamples: number;
}

/** 2 s of audio a run: windows need not be planned more often. */
const VAD_BLOCK_SAMPLES = 64 * SILERO_FRAME_SAMPLES;

/** What counts as a recording of one window: clips "of 30 s" are a little longer as often as not. */
const LONGEST_SHORT_SAMPLES = WINDOW_SAMPLES + SAMPLE_RATE_HZ;

interface PlanOptions {
  readonly nMels: 80 | 128;
  /** Bands of `alignColumns`; undefined: the same. */
  readonly alignMels?: 80 | 128;
  /** Channels of the audio, interleaved; each has windows of its own. */
  readonly channels: number;
  /** undefined: no VAD, one full window after the other. */
  readonly vad:
    | {
        /** One for each channel: they remember what they heard. */
        readonly models: readonly SileroVad[];
        readonly detection: SpeechDetectorOptions;
        readonly maxFirstWindowSeconds: number;
      }
    | undefined;
  readonly clock: StageClock;
}

/** Reads `audio` (16 kHz chunks, given away) only as fast as the windows are taken. */
export async function* planWindows(
  audio: AsyncIterable<Float32Array>,
  options: PlanOptions,
): AsyncGenerator<PlannedWindow> {
  const { channels, clock } = options;
  const planners = Array.from({ length: channels }, (_, channel) => new ChannelPlanner(channel, options));
  try {
    let waitingSince = performance.now();
    for await (const samples of audio) {
      clock.mediaSeconds += spent("media", waitingSince);
      clock.audioSamples += samples.length / channels;
      for (const [channel, planner] of planners.entries()) {
        planner.push(channels === 1 ? samples : laneOf(samples, channel, channels));
      }
      dropChunk(samples);
      for (const planner of planners) yield* inOrderOf(planner.take(false));
      waitingSince = performance.now();
    }
    clock.mediaSeconds += spent("media", waitingSince);
    for (const planner of planners) planner.end(clock.audioSamples);
    for (const planner of planners) yield* inOrderOf(planner.take(true));
  } finally {
    for (const planner of planners) planner.free();
  }

  function* inOrderOf(windows: Iterable<ChannelWindow>): Generator<PlannedWindow> {
    for (const window of windows) {
      const began = performance.now();
      yield { ...window, settledSample: Math.min(...planners.map((planner) => planner.settledSample)) };
      traceSpan("audio", "wait", began);
    }
  }
}

type ChannelWindow = Omit<PlannedWindow, "settledSample">;

/** One channel: its log-mel, its speech, and its windows as they are decided. */
class ChannelPlanner {
  readonly #channel: number;
  readonly #clock: StageClock;
  readonly #history: MelHistory;
  /** The same one where the model that aligns has as many mel bands. */
  readonly #alignHistory: MelHistory;
  readonly #cutter: Cutter;
  /** Decided, but the mel columns of their last hops are still to come. */
  readonly #decided: DecodeWindow[] = [];

  constructor(channel: number, { nMels, alignMels = nMels, vad, clock }: PlanOptions) {
    this.#channel = channel;
    this.#clock = clock;
    this.#history = new MelHistory(nMels);
    this.#alignHistory = alignMels === nMels ? this.#history : new MelHistory(alignMels);
    this.#cutter = vad === undefined ? new FixedCutter() : new SpeechCutter(vad.models[channel]!, vad, clock);
  }

  /** Its windows to come all begin here or later. */
  get settledSample(): number {
    return this.#decided[0]?.startSample ?? this.#cutter.neededFromSample;
  }

  /** The next samples of the channel. */
  push(samples: Float32Array): void {
    for (const history of this.#histories()) this.#timeMel(() => history.push(samples));
    this.#decided.push(...this.#cutter.push(samples));
  }

  /** The channel ends here. */
  end(totalSamples: number): void {
    for (const history of this.#histories()) this.#timeMel(() => history.flush());
    this.#decided.push(...this.#cutter.end(totalSamples));
  }

  /** The windows whose mel is there; all of them at the end. */
  *take(isEnd: boolean): Generator<ChannelWindow> {
    const history = this.#history;
    for (;;) {
      const window = this.#decided[0];
      if (window === undefined || (!isEnd && window.endSample > history.endFrame * HOP_SAMPLES)) break;
      this.#decided.shift();
      const range = [window.startSample / HOP_SAMPLES, window.endSample / HOP_SAMPLES] as const;
      const columns = history.slice(...range);
      const alignColumns = this.#alignHistory === history ? columns : this.#alignHistory.slice(...range);
      yield { ...window, columns, alignColumns, channel: this.#channel };
    }
    const neededFrame = Math.floor(this.settledSample / HOP_SAMPLES);
    if (!isEnd) for (const each of this.#histories()) each.dropBefore(neededFrame);
  }

  free(): void {
    for (const history of this.#histories()) history.free();
  }

  #histories(): Set<MelHistory> {
    return new Set([this.#history, this.#alignHistory]);
  }

  #timeMel(work: () => void): void {
    const began = performance.now();
    work();
    this.#clock.melSeconds += spent("mel", began);
  }
}

/** An hour is 230 MB in chunks, and V8 lets tens of megabytes of them pile up. Only where the chunk is all of its buffer. */
function dropChunk(samples: Float32Array): void {
  if (samples.byteLength === samples.buffer.byteLength) discardBuffers([samples]);
}

interface Cutter {
  push(samples: Float32Array): DecodeWindow[];
  end(totalSamples: number): DecodeWindow[];
  readonly neededFromSample: number;
}

class FixedCutter implements Cutter {
  readonly #planner = new FixedWindowPlanner();

  push(samples: Float32Array): DecodeWindow[] {
    return this.#planner.advance(samples.length);
  }

  end(totalSamples: number): DecodeWindow[] {
    return this.#planner.end(totalSamples);
  }

  get neededFromSample(): number {
    return this.#planner.neededFromSample;
  }
}

/** Collects samples into blocks for the VAD. */
class SpeechCutter implements Cutter {
  readonly #vad: SileroVad;
  readonly #planner: WindowPlanner;
  readonly #clock: StageClock;
  readonly #block = new Float32Array(VAD_BLOCK_SAMPLES);
  readonly #probabilities = new Float32Array(VAD_BLOCK_SAMPLES / SILERO_FRAME_SAMPLES);
  #filled = 0;
  /** All that was pushed. */
  #samples = 0;

  constructor(
    model: SileroVad,
    { detection, maxFirstWindowSeconds }: NonNullable<PlanOptions["vad"]>,
    clock: StageClock,
  ) {
    this.#vad = model;
    this.#vad.reset();
    this.#planner = new WindowPlanner({ ...detection, maxFirstWindowSeconds });
    this.#clock = clock;
  }

  push(samples: Float32Array): DecodeWindow[] {
    const windows: DecodeWindow[] = [];
    this.#samples += samples.length;
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + VAD_BLOCK_SAMPLES - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === VAD_BLOCK_SAMPLES) windows.push(...this.#run(VAD_BLOCK_SAMPLES));
    }
    return windows;
  }

  /**
   * The last frame is filled up with silence. Where nobody was heard, a recording of one window at most is that window, with no
   * speech in it: the model may understand a whisper, and what language it is.
   */
  end(totalSamples: number): DecodeWindow[] {
    const whole = Math.ceil(this.#filled / SILERO_FRAME_SAMPLES) * SILERO_FRAME_SAMPLES;
    this.#block.fill(0, this.#filled, whole);
    const windows = whole > 0 ? this.#run(whole) : [];
    windows.push(...this.#planner.end(totalSamples));
    if (windows.length > 0 || this.#planner.hasHeard || totalSamples > LONGEST_SHORT_SAMPLES) return windows;
    const endSample = Math.min(Math.ceil(totalSamples / HOP_SAMPLES) * HOP_SAMPLES, WINDOW_SAMPLES);
    return endSample > 0 ? [{ startSample: 0, endSample, speech: [] }] : [];
  }

  get neededFromSample(): number {
    const mayBeWhole = !this.#planner.hasHeard && this.#samples <= LONGEST_SHORT_SAMPLES;
    return mayBeWhole ? 0 : this.#planner.neededFromSample;
  }

  #run(samples: number): DecodeWindow[] {
    const began = performance.now();
    const frames = this.#vad.process(this.#block.subarray(0, samples), this.#probabilities);
    this.#filled = 0;
    const windows = this.#planner.push(this.#probabilities, frames);
    this.#clock.vadSeconds += spent("vad", began);
    return windows;
  }
}

/** Seconds of a stage that ends now. */
function spent(stage: "media" | "mel" | "vad", began: number): number {
  traceSpan("audio", stage, began);
  return (performance.now() - began) / 1000;
}
