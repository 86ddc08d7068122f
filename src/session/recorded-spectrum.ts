/** Spectrum events of a recorded session. Each level event stands for equally many frames of its channel's audio. */
import { FRAME_SAMPLES } from "../audio/capture/virtual/frames.js";
import { fromPcm16 } from "../audio/pcm16.js";
import { type RecordedChannel, readRecorded } from "../audio/recorded/recorded-channel.js";
import type { ChannelName, LevelEvent, SpectrumEvent } from "../live-events.js";
import { LEVEL_FRAMES } from "../pipeline/live/channel-meter.js";
import { SPECTRUM_STEP_SECONDS, Spectrum } from "../pipeline/live/spectrum.js";
import { MelHistory } from "../pipeline/mel-history.js";
import { FRAMES_PER_SECOND, SAMPLE_RATE_HZ } from "../units.js";
import type { RecordedSession } from "./session-reader.js";

const N_MELS = 80;
const LEVEL_SAMPLES = LEVEL_FRAMES * FRAME_SAMPLES;

interface Lane {
  readonly channel: RecordedChannel;
  readonly mel: MelHistory;
  readonly spectrum: Spectrum;
  /** Of the first sample that is looked at. */
  startSample: number;
  sample: number;
}

export class RecordedSpectrum {
  readonly #lanes = new Map<string, Lane>();

  constructor({ channels }: RecordedSession) {
    for (const channel of channels) {
      const mel = new MelHistory(N_MELS);
      const spectrum = new Spectrum(N_MELS);
      this.#lanes.set(channel.name, { channel, mel, spectrum, startSample: 0, sample: 0 });
    }
  }

  /** The audio of this level event is not looked at. Only before the first that is. */
  skip({ channel }: LevelEvent): undefined {
    const lane = this.#lanes.get(channel);
    if (lane === undefined) return;
    lane.startSample += LEVEL_SAMPLES;
    lane.sample = lane.startSample;
  }

  /** What the audio of this level event looks like. */
  async next({ channel: name, atSeconds }: LevelEvent): Promise<SpectrumEvent | undefined> {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return undefined;
    const { channel, mel, spectrum, startSample } = lane;
    const end = Math.min(lane.sample + LEVEL_SAMPLES, channel.endSample);
    if (end <= lane.sample) return undefined;
    mel.push(fromPcm16(await readRecorded(channel, lane.sample, end)));
    lane.sample = end;
    const fromFrame = spectrum.nextFrame;
    const columns = spectrum.take(mel.slice(fromFrame, mel.endFrame));
    mel.dropBefore(spectrum.nextFrame);
    if (columns.length === 0) return undefined;
    return {
      type: "spectrum",
      atSeconds,
      channel: name as ChannelName,
      startSeconds: startSample / SAMPLE_RATE_HZ + fromFrame / FRAMES_PER_SECOND,
      stepSeconds: SPECTRUM_STEP_SECONDS,
      columns,
    };
  }

  free(): void {
    for (const { mel } of this.#lanes.values()) mel.free();
  }
}
