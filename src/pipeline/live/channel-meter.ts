/** What a channel's meters show: its level, and its spectrum where somebody draws it. */
import { LevelMeter } from "../../dsp/level.js";
import type { ChannelName } from "../../live-events.js";
import { SILERO_FRAME_SAMPLES } from "../../model/silero.js";
import { FRAMES_PER_SECOND, SAMPLE_RATE_HZ } from "../../units.js";
import type { ChannelMel } from "./channel-mel.js";
import type { SessionReport } from "./session-report.js";
import { SPECTRUM_STEP_SECONDS, Spectrum } from "./spectrum.js";

/** A level event about ten times a second. */
export const LEVEL_FRAMES = Math.round(SAMPLE_RATE_HZ / SILERO_FRAME_SAMPLES / 10);

export class ChannelMeter {
  readonly #channel: ChannelName;
  readonly #report: SessionReport;
  readonly #level = new LevelMeter();
  readonly #spectrum: Spectrum | undefined;
  #frames = 0;

  /** `nMels`: bands of the log-mel that the spectrum is made of; undefined: none is. */
  constructor(channel: ChannelName, nMels: number | undefined, report: SessionReport) {
    this.#channel = channel;
    this.#report = report;
    this.#spectrum = nMels === undefined ? undefined : new Spectrum(nMels);
  }

  /** The next frame as it was heard. */
  measure(frame: Float32Array): void {
    this.#level.push(frame);
    this.#frames++;
    if (this.#frames % LEVEL_FRAMES > 0) return;
    this.#report.emit({ type: "level", channel: this.#channel, ...this.#level.level });
  }

  /** What has come since in the log-mel. */
  draw(mel: ChannelMel): void {
    if (this.#spectrum === undefined) return;
    const from = this.#spectrum.nextFrame;
    const columns = this.#spectrum.take(mel.slice(from, mel.endFrame));
    if (columns.length === 0) return;
    const startSeconds = from / FRAMES_PER_SECOND;
    const where = { channel: this.#channel, startSeconds, stepSeconds: SPECTRUM_STEP_SECONDS };
    this.#report.emit({ type: "spectrum", ...where, columns });
  }

  /** First frame of the log-mel that is still to be drawn. */
  get neededFrame(): number {
    return this.#spectrum?.nextFrame ?? Number.POSITIVE_INFINITY;
  }
}
