/** From samples to decoding windows: mel and VAD run along the audio, the planner says where to cut. */

import type { SpeechDetectorOptions } from "../dsp/speech-detector.js";
import { type DecodeWindow, FixedWindowPlanner, WindowPlanner } from "../dsp/window-planner.js";
import { discardBuffers } from "../model/discard.js";
import { SILERO_FRAME_SAMPLES, type SileroVad } from "../model/silero.js";
import { HOP_SAMPLES, WINDOW_SAMPLES } from "../units.js";
import { MelHistory } from "./mel-history.js";

/** A window with its log-mel columns [frames × nMels], before clamping and scaling. */
export interface PlannedWindow extends DecodeWindow {
  readonly columns: Float32Array;
  /** The same audio for a model that aligns words and has another number of mel bands; else the same columns. */
  readonly alignColumns: Float32Array;
}

/** Seconds spent in the stages, added up as they run. */
export interface StageClock {
  mediaSeconds: number;
  melSeconds: number;
  vadSeconds: number;
  audioSamples: number;
}

/** 2 s of audio a run: more frames gain no speed. */
const VAD_BLOCK_SAMPLES = 64 * SILERO_FRAME_SAMPLES;

interface PlanOptions {
  readonly nMels: 80 | 128;
  /** Bands of `alignColumns`; undefined: the same. */
  readonly alignMels?: 80 | 128;
  /** undefined: no VAD, one full window after the other. */
  readonly vad:
    | {
        readonly model: SileroVad;
        readonly detection: SpeechDetectorOptions;
        readonly maxFirstWindowSeconds: number;
      }
    | undefined;
  readonly clock: StageClock;
}

/** Reads `audio` (16 kHz mono chunks, given away) only as fast as the windows are taken. */
export async function* planWindows(
  audio: AsyncIterable<Float32Array>,
  options: PlanOptions,
): AsyncGenerator<PlannedWindow> {
  const { clock } = options;
  const history = new MelHistory(options.nMels);
  const { nMels, alignMels = nMels } = options;
  const alignHistory = alignMels === nMels ? history : new MelHistory(alignMels);
  const histories = new Set([history, alignHistory]);
  const cutter = options.vad === undefined ? new FixedCutter() : new SpeechCutter(options.vad, clock);
  /** Decided, but the mel columns of their last hops are still to come. */
  const decided: DecodeWindow[] = [];
  try {
    let waitingSince = performance.now();
    for await (const samples of audio) {
      clock.mediaSeconds += secondsSince(waitingSince);
      clock.audioSamples += samples.length;
      for (const each of histories) timeMel(() => each.push(samples));
      decided.push(...(await cutter.push(samples)));
      dropChunk(samples);
      yield* complete(false);
      const neededFrame = Math.floor((decided[0]?.startSample ?? cutter.neededFromSample) / HOP_SAMPLES);
      for (const each of histories) each.dropBefore(neededFrame);
      waitingSince = performance.now();
    }
    clock.mediaSeconds += secondsSince(waitingSince);
    for (const each of histories) timeMel(() => each.flush());
    decided.push(...(await cutter.end(clock.audioSamples)));
    yield* complete(true);
  } finally {
    for (const each of histories) each.free();
  }

  function* complete(isEnd: boolean): Generator<PlannedWindow> {
    while (decided.length > 0 && (isEnd || decided[0]!.endSample <= history.endFrame * HOP_SAMPLES)) {
      const window = decided.shift()!;
      const range = [window.startSample / HOP_SAMPLES, window.endSample / HOP_SAMPLES] as const;
      const columns = history.slice(...range);
      const alignColumns = alignHistory === history ? columns : alignHistory.slice(...range);
      yield { ...window, columns, alignColumns };
    }
  }

  function timeMel(work: () => void): void {
    const began = performance.now();
    work();
    clock.melSeconds += secondsSince(began);
  }
}

/** An hour is 230 MB in chunks, and V8 lets tens of megabytes of them pile up. Only where the chunk is all of its buffer. */
function dropChunk(samples: Float32Array): void {
  if (samples.byteLength === samples.buffer.byteLength) discardBuffers([samples]);
}

interface Cutter {
  push(samples: Float32Array): Promise<DecodeWindow[]>;
  end(totalSamples: number): Promise<DecodeWindow[]>;
  readonly neededFromSample: number;
}

class FixedCutter implements Cutter {
  readonly #planner = new FixedWindowPlanner();

  async push(samples: Float32Array): Promise<DecodeWindow[]> {
    return this.#planner.advance(samples.length);
  }

  async end(totalSamples: number): Promise<DecodeWindow[]> {
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
    { model, detection, maxFirstWindowSeconds }: NonNullable<PlanOptions["vad"]>,
    clock: StageClock,
  ) {
    this.#vad = model;
    this.#vad.reset();
    this.#planner = new WindowPlanner({ ...detection, maxFirstWindowSeconds });
    this.#clock = clock;
  }

  async push(samples: Float32Array): Promise<DecodeWindow[]> {
    const windows: DecodeWindow[] = [];
    this.#samples += samples.length;
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + VAD_BLOCK_SAMPLES - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === VAD_BLOCK_SAMPLES) windows.push(...(await this.#run(VAD_BLOCK_SAMPLES)));
    }
    return windows;
  }

  /**
   * The last frame is filled up with silence. Where nobody was heard, a recording of one window at most is that window, with no
   * speech in it: the model may understand a whisper, and what language it is.
   */
  async end(totalSamples: number): Promise<DecodeWindow[]> {
    const whole = Math.ceil(this.#filled / SILERO_FRAME_SAMPLES) * SILERO_FRAME_SAMPLES;
    this.#block.fill(0, this.#filled, whole);
    const windows = whole > 0 ? await this.#run(whole) : [];
    windows.push(...this.#planner.end(totalSamples));
    if (windows.length > 0 || this.#planner.hasHeard || totalSamples > WINDOW_SAMPLES) return windows;
    const endSample = Math.ceil(totalSamples / HOP_SAMPLES) * HOP_SAMPLES;
    return endSample > 0 ? [{ startSample: 0, endSample, speech: [] }] : [];
  }

  get neededFromSample(): number {
    const mayBeWhole = !this.#planner.hasHeard && this.#samples <= WINDOW_SAMPLES;
    return mayBeWhole ? 0 : this.#planner.neededFromSample;
  }

  async #run(samples: number): Promise<DecodeWindow[]> {
    const began = performance.now();
    const frames = await this.#vad.process(this.#block.subarray(0, samples), this.#probabilities);
    this.#filled = 0;
    const windows = this.#planner.push(this.#probabilities, frames);
    this.#clock.vadSeconds += secondsSince(began);
    return windows;
  }
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
