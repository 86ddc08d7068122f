/** One channel from its samples to utterances: level, voice, log-mel, and what waits to become text. */

import type { EchoFrame } from "../../dsp/echo/echo-canceller.js";
import { type Boundary, POST_ROLL_SAMPLES, UtteranceTracker } from "../../dsp/utterance-tracker.js";
import { MubblesError } from "../../errors.js";
import type { ChannelName } from "../../live-events.js";
import { SILERO_FRAME_SAMPLES } from "../../model/silero.js";
import { traceSpan } from "../../tracing.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_FRAMES } from "../../units.js";
import { ChannelMel } from "./channel-mel.js";
import { ChannelMeter } from "./channel-meter.js";
import type { EchoGate } from "./echo-gate.js";
import type { HeardAudio } from "./heard-audio.js";
import type { ListenOptions } from "./listen-options.js";
import type { LiveSettings } from "./live-settings.js";
import { createTextPolicy } from "./policy/create-text-policy.js";
import type { ChannelWork } from "./scheduler.js";
import type { SessionReport } from "./session-report.js";
import type { Utterance } from "./utterance.js";
import type { VoiceDetector } from "./voice-detector.js";

interface ChannelParts {
  readonly channel: ChannelName;
  readonly voice: VoiceDetector;
  /** Where what the loopback plays is kept out of the microphone. */
  readonly echo: EchoGate | undefined;
  readonly options: ListenOptions;
  readonly settings: LiveSettings;
  readonly nMels: 80 | 128;
  /** Of the model that partial text comes from. */
  readonly previewMels: 80 | 128;
  /** Numbers utterances over all channels. */
  readonly numbers: { next: number };
  readonly report: SessionReport;
}

export interface HeardFrame {
  /** Whether the microphone's frame had to do without that of the loopback. */
  readonly echoIsLate: boolean;
  apply(): void;
}

/** A frame to be transcribed, and those before it where they are otherwise by now. */
type CleanFrame = Pick<EchoFrame, "samples" | "revised">;

export class ChannelListener {
  readonly channel: ChannelName;
  readonly #parts: ChannelParts;
  readonly #tracker: UtteranceTracker;
  readonly #mel: ChannelMel;
  readonly #meter: ChannelMeter;
  #samples = 0;
  #open: Utterance | undefined;
  readonly #waiting: Utterance[] = [];

  constructor(parts: ChannelParts) {
    const { channel, options, nMels, previewMels, report } = parts;
    this.#parts = parts;
    this.channel = channel;
    this.#tracker = new UtteranceTracker({ ...options, threshold: options.vadThreshold });
    this.#mel = new ChannelMel(nMels, previewMels);
    this.#meter = new ChannelMeter(channel, options.hasSpectrum ? nMels : undefined, report);
  }

  /**
   * Takes the next frame; only the channel's last may be shorter than 512 samples. What is found in it counts when `apply` is called,
   * which must be before the next frame.
   */
  async hear(frame: Float32Array): Promise<HeardFrame> {
    this.#samples += frame.length;
    const { echo, settings } = this.#parts;
    // What loudspeakers play is echo in the microphone whether or not it is transcribed itself.
    if (this.channel === "loopback") echo?.hear(frame);
    const isCleaned = this.channel === "mic" && echo !== undefined;
    const isPaused = settings.isPaused(this.channel);
    this.#meter.measure(isPaused ? silence(frame) : frame);
    // As they are now: what is asked for while the frame is on its way holds from the next one on.
    const isSilent = isPaused || settings.isMuted(this.channel);
    const { threshold } = settings;
    const began = performance.now();
    const clean = isCleaned ? await echo.clean(frame) : { samples: frame, revised: [] };
    if (isCleaned) traceSpan(this.channel, "echo", began);
    const echoIsLate = isCleaned && echo.wasLate;
    if (clean === undefined) return { echoIsLate, apply: () => {} };
    const apply = this.#listen(clean, isSilent, threshold);
    return { echoIsLate, apply };
  }

  /** The channel is over: what is being said ends here, when the function that this gives is called. */
  end(): () => void {
    const { echo, settings, voice } = this.#parts;
    if (this.channel === "loopback") echo?.endLoopback();
    const last = this.channel === "mic" ? (echo?.end() ?? []) : [];
    const isSilent = settings.isPaused(this.channel) || settings.isMuted(this.channel);
    const applies = last.map((frame) => this.#listen(frame, isSilent, settings.threshold));
    return () => {
      for (const apply of applies) apply();
      this.#mel.flush();
      for (const probability of voice.end()) this.#settle(this.#tracker.push(probability));
      this.#settle(this.#tracker.end(this.#samples));
    };
  }

  #listen(clean: CleanFrame, isSilent: boolean, threshold: number): () => void {
    const { voice, echo, report } = this.#parts;
    const frame = isSilent ? silence(clean.samples) : clean.samples;
    const began = performance.now();
    const isNeeded = !this.#tracker.isIdle;
    const mayBeEcho = this.channel === "mic" && echo?.mayEcho === true;
    const probabilities = voice.push(wholeFrame(frame), { isNeeded, threshold, mayBeEcho });
    const quietPeak = voice.quietVoicePeak;
    report.totals.vadSeconds += (performance.now() - began) / 1000;
    traceSpan(this.channel, "vad", began);
    return () => {
      const began = performance.now();
      this.#mel.revise(clean.revised);
      this.#mel.push(frame, isSilent);
      this.#parts.report.totals.melSeconds += (performance.now() - began) / 1000;
      traceSpan(this.channel, "mel", began);
      if (quietPeak !== undefined) this.#tellQuietVoice(quietPeak, threshold);
      this.#apply(probabilities);
    };
  }

  #apply(probabilities: Float32Array): void {
    for (const probability of probabilities) this.#settle(this.#tracker.push(probability));
    this.#meter.draw(this.#mel);
    const neededFrame = Math.floor(this.#tracker.neededFromSample / HOP_SAMPLES);
    // What was said just before helps to understand what comes.
    const recentFrame = Math.max(0, this.#mel.endFrame - WINDOW_FRAMES);
    const keptFrame = Math.min(neededFrame, recentFrame, this.#meter.neededFrame);
    this.#mel.dropBefore(keptFrame);
  }

  free(): void {
    this.#mel.free();
  }

  /** The utterance that is being spoken. */
  get open(): Utterance | undefined {
    return this.#open;
  }

  /** Nobody speaks and nothing waits. */
  get isIdle(): boolean {
    return this.#tracker.isIdle && this.#waiting.length === 0;
  }

  /** Where the open utterance would end if nothing more were said. */
  get openEndSample(): number {
    return this.#tracker.open?.endSample ?? 0;
  }

  /** How long nobody has been heard at the end of the open utterance. */
  get silenceSeconds(): number {
    return (this.#tracker.open?.silentSamples ?? 0) / SAMPLE_RATE_HZ;
  }

  /** Utterances without final text, oldest first. */
  get waiting(): readonly Utterance[] {
    return this.#waiting;
  }

  /** The oldest one has its final text. */
  shift(): void {
    this.#waiting.shift();
  }

  get work(): ChannelWork {
    const open = this.#tracker.open;
    const utterance = this.#open;
    const isPausing = open !== undefined && open.silentSamples >= POST_ROLL_SAMPLES;
    const waitsSince = this.#waiting[0]?.closed?.endSample;
    return {
      waitsSinceSeconds: waitsSince === undefined ? undefined : waitsSince / SAMPLE_RATE_HZ,
      maySpeculate: isPausing && utterance?.speculation?.endSample !== open.endSample,
      unheardSeconds:
        open === undefined || utterance === undefined
          ? 0
          : (open.voiceEndSample - utterance.heardSample) / SAMPLE_RATE_HZ,
      uncheckedSeconds:
        open === undefined || isPausing || utterance?.policy.wantsCheck !== true
          ? 0
          : (open.endSample - utterance.checkedSample) / SAMPLE_RATE_HZ,
    };
  }

  /** The log-mel columns of the open utterance up to a sample, for the engine of finals or that of partials; until more is heard. */
  columns(startSample: number, endSample: number, isPreview = false): Float32Array {
    return this.#mel.columns(startSample, endSample, isPreview);
  }

  /** A copy of what has been heard up to a sample: as much as one window holds. */
  heard(endSample: number): HeardAudio {
    return this.#mel.heard(endSample);
  }

  #tellQuietVoice(peak: number, threshold: number): void {
    const { channel, report } = this.#parts;
    const detail = `its loudest sample is ${peak.toFixed(3)} of full scale, --threshold ${threshold}`;
    report.warn(new MubblesError("VOICE_TOO_QUIET", { where: channel, detail }), channel);
  }

  #settle(boundaries: readonly Boundary[]): void {
    for (const boundary of boundaries) {
      if (boundary.type === "begin") this.#begin(boundary.startSample);
      else this.#close(boundary.endSample);
    }
  }

  #begin(startSample: number): void {
    const { channel, options, settings, numbers, report } = this.#parts;
    const number = numbers.next++;
    this.#open = {
      number,
      startSample,
      policy: createTextPolicy(options.policy),
      decoding: settings.decoding,
      heardSample: startSample,
      checkedSample: startSample,
      language: undefined,
      draft: [],
      confirmed: [],
      partial: "",
      speculation: undefined,
      closed: undefined,
    };
    const startSeconds = startSample / SAMPLE_RATE_HZ;
    report.emit({
      type: "speech",
      channel,
      utterance: number,
      state: "start",
      startSeconds,
      endSeconds: undefined,
    });
  }

  #close(endSample: number): void {
    const utterance = this.#open;
    if (utterance === undefined) return;
    const { channel, report } = this.#parts;
    const { number, startSample } = utterance;
    this.#open = undefined;
    utterance.closed = this.heard(endSample);
    this.#waiting.push(utterance);
    const startSeconds = startSample / SAMPLE_RATE_HZ;
    const endSeconds = endSample / SAMPLE_RATE_HZ;
    report.totals.speechSeconds += endSeconds - startSeconds;
    report.emit({ type: "speech", channel, utterance: number, state: "end", startSeconds, endSeconds });
  }
}

/** As long. */
function silence({ length }: Float32Array): Float32Array {
  return new Float32Array(length);
}

/** The end of a channel, as if silence followed. */
function wholeFrame(frame: Float32Array): Float32Array {
  if (frame.length === SILERO_FRAME_SAMPLES) return frame;
  const whole = new Float32Array(SILERO_FRAME_SAMPLES);
  whole.set(frame);
  return whole;
}
