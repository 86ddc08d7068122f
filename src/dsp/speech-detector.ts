/**
 * The speech state machine: frame probabilities in, spans of speech out, one frame at a time. Which model
 * gave the probabilities does not matter here. Speech opens at `threshold`, and closes when the probability
 * has stayed below `negativeThreshold` long enough; the same rules as Silero's own and faster-whisper's.
 *
 * @see https://github.com/snakers4/silero-vad `get_speech_timestamps_from_probs`, utils_vad.py of v6.2
 */
import { MubblesError } from "../errors.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../units.js";

/** Samples that one probability stands for: 32 ms. The same number as SILERO_FRAME_SAMPLES. */
export const VAD_FRAME_SAMPLES = 512;

export interface SpeechDetectorOptions {
  /** `--vad-threshold`: speech opens at a frame of at least this probability. */
  readonly threshold: number;
  /** Open speech pauses at a frame below this; `threshold − 0.15` when not given. */
  readonly negativeThreshold?: number | undefined;
  /** `--min-speech-ms`: shorter speech, padding not counted, is dropped as a click. */
  readonly minSpeechMs: number;
  /** `--min-silence-ms`: a shorter pause does not close speech, nor does one that padding would fill. */
  readonly minSilenceMs: number;
  /** `--speech-pad-ms`: added on both sides, where the voice is too soft for the threshold. */
  readonly speechPadMs: number;
}

/**
 * For recordings. Threshold and minimum are Silero's, the padding is faster-whisper's, and pauses as short as
 * two paddings stay inside one span: words begin and end below the threshold.
 */
export const DEFAULT_SPEECH_DETECTOR_OPTIONS = {
  threshold: 0.5,
  minSpeechMs: 250,
  minSilenceMs: 800,
  speechPadMs: 400,
} as const satisfies SpeechDetectorOptions;

/** Speech, in samples from the start of the recording; ends are exclusive. */
export interface SpeechSpan {
  /** With padding, in whole hops of 160 samples. Never overlaps another span. */
  readonly startSample: number;
  readonly endSample: number;
  /** Without padding: from the first frame at the threshold to the last that was not silence. */
  readonly voiceStartSample: number;
  readonly voiceEndSample: number;
}

export class SpeechDetector {
  /** Speech opens at a frame that reaches this, and once open goes on while frames reach the negative one. */
  readonly threshold: number;
  readonly negativeThreshold: number;
  readonly #minSpeechSamples: number;
  readonly #minSilenceSamples: number;
  readonly #padSamples: number;
  #positionSample = 0;
  #voiceStartSample: number | undefined;
  #voiceEndSample = 0;

  /** @throws MubblesError USAGE when an option is out of range */
  constructor(options: Partial<SpeechDetectorOptions> = {}) {
    const { threshold, negativeThreshold, minSpeechMs, minSilenceMs, speechPadMs } = checked(options);
    this.threshold = threshold;
    this.negativeThreshold = negativeThreshold;
    this.#minSpeechSamples = samplesOf(minSpeechMs);
    this.#padSamples = samplesOf(speechPadMs);
    // Room for both paddings and for rounding each to a hop: padded spans never meet.
    this.#minSilenceSamples = Math.max(samplesOf(minSilenceMs), 2 * (this.#padSamples + HOP_SAMPLES));
  }

  /** Takes the next frame; returns the span that it closed, if it did. */
  push(probability: number): SpeechSpan | undefined {
    const frameStart = this.#positionSample;
    this.#positionSample += VAD_FRAME_SAMPLES;
    if (this.#voiceStartSample === undefined) {
      if (!(probability >= this.threshold)) return undefined;
      this.#voiceStartSample = frameStart;
      this.#voiceEndSample = this.#positionSample;
      return undefined;
    }
    if (probability >= this.negativeThreshold) {
      // After a pause only the higher threshold goes on with the same speech, as in Silero's rules.
      if (this.#voiceEndSample === frameStart || probability >= this.threshold) {
        this.#voiceEndSample = this.#positionSample;
      }
    }
    if (this.#positionSample - this.#voiceEndSample < this.#minSilenceSamples) return undefined;
    return this.#close(Number.POSITIVE_INFINITY);
  }

  /** Closes what is open at the end of the recording; its last frame may be filled up with zeros. */
  end(totalSamples: number): SpeechSpan | undefined {
    const isInside = (this.#voiceStartSample ?? 0) < totalSamples;
    return isInside ? this.#close(totalSamples) : undefined;
  }

  /** Samples taken so far. */
  get positionSample(): number {
    return this.#positionSample;
  }

  /** The span that is open now and sure to be kept, as far as it has come: its end still moves. */
  get open(): SpeechSpan | undefined {
    return this.#isLongEnough() ? this.#span(Number.POSITIVE_INFINITY) : undefined;
  }

  /** No span that has not been returned yet starts before this sample. */
  get pendingFromSample(): number {
    return this.#padded(this.#voiceStartSample ?? this.#positionSample);
  }

  #close(totalSamples: number): SpeechSpan | undefined {
    const span = this.#isLongEnough() ? this.#span(totalSamples) : undefined;
    this.#voiceStartSample = undefined;
    return span;
  }

  #isLongEnough(): boolean {
    return (
      this.#voiceStartSample !== undefined &&
      this.#voiceEndSample - this.#voiceStartSample >= this.#minSpeechSamples
    );
  }

  #span(totalSamples: number): SpeechSpan {
    const voiceStartSample = this.#voiceStartSample ?? 0;
    const voiceEndSample = Math.min(this.#voiceEndSample, totalSamples);
    const paddedEndSample = Math.min(this.#voiceEndSample + this.#padSamples, totalSamples);
    const endSample = Math.ceil(paddedEndSample / HOP_SAMPLES) * HOP_SAMPLES;
    return { startSample: this.#padded(voiceStartSample), endSample, voiceStartSample, voiceEndSample };
  }

  #padded(voiceStartSample: number): number {
    return Math.max(0, Math.floor((voiceStartSample - this.#padSamples) / HOP_SAMPLES)) * HOP_SAMPLES;
  }
}

type CheckedOptions = SpeechDetectorOptions & { readonly negativeThreshold: number };

interface Limit {
  readonly option: string;
  readonly min: number;
  readonly max: number;
}

const LIMITS: Readonly<Record<keyof SpeechDetectorOptions, Limit>> = {
  threshold: { option: "--vad-threshold", min: 0.01, max: 1 },
  negativeThreshold: { option: "the negative VAD threshold", min: 0, max: 1 },
  minSpeechMs: { option: "--min-speech-ms", min: 0, max: 10_000 },
  minSilenceMs: { option: "--min-silence-ms", min: 0, max: 10_000 },
  speechPadMs: { option: "--speech-pad-ms", min: 0, max: 5_000 },
};

function checked(options: Partial<SpeechDetectorOptions>): CheckedOptions {
  const merged = { ...DEFAULT_SPEECH_DETECTOR_OPTIONS, ...options };
  const negativeThreshold = options.negativeThreshold ?? Math.max(merged.threshold - 0.15, 0.01);
  const complete = { ...merged, negativeThreshold };
  for (const [name, { option, min, max }] of Object.entries(LIMITS)) {
    const value = complete[name as keyof SpeechDetectorOptions];
    // Written so that NaN fails too.
    if (!(value >= min && value <= max)) {
      throw new MubblesError("USAGE", { where: option, detail: `expected ${min} to ${max}, got ${value}` });
    }
  }
  if (negativeThreshold > merged.threshold) {
    throw new MubblesError("USAGE", {
      where: LIMITS.negativeThreshold.option,
      detail: `expected at most the threshold ${merged.threshold}, got ${negativeThreshold}`,
    });
  }
  return complete;
}

function samplesOf(ms: number): number {
  return Math.round((ms * SAMPLE_RATE_HZ) / 1000);
}
