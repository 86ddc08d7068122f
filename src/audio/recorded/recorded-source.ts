/** The channels of a recorded session as a medium: what openMedia gives for a folder. */

import { join } from "node:path";
import { SAMPLE_RATE_HZ } from "../../units.js";
import { interleave } from "../interleave.js";
import {
  type ChannelChoice,
  type MediaInfo,
  type MediaSource,
  outputChannels,
  requireChannel,
} from "../media-source.js";
import { fromPcm16 } from "../pcm16.js";
import { type RecordedChannel, readRecorded, recordedChannels } from "./recorded-channel.js";

const CHUNK_SAMPLES = SAMPLE_RATE_HZ / 2;
/** Inside the folder of a session. */
export const AUDIO_FOLDER = "audio";
/** Who sits here is first, as in the JSON of a live session. */
export const CHANNEL_ORDER: readonly string[] = ["mic", "loopback"];

/** undefined where the folder holds no recorded session. Throws INPUT_UNREADABLE, and USAGE for a channel that it does not have. */
export async function openRecorded(folder: string, channel: ChannelChoice): Promise<MediaSource | undefined> {
  const found = await recordedChannels(join(folder, AUDIO_FOLDER));
  if (found.length === 0) return undefined;
  requireChannel(channel, found.length, folder);
  return new RecordedSource(
    found.toSorted((a, b) => CHANNEL_ORDER.indexOf(a.name) - CHANNEL_ORDER.indexOf(b.name)),
    channel,
  );
}

class RecordedSource implements MediaSource {
  readonly info: MediaInfo;
  readonly problems = [];
  readonly #channels: readonly RecordedChannel[];
  readonly #choice: ChannelChoice;
  readonly #endSample: number;
  #sample = 0;

  constructor(channels: readonly RecordedChannel[], choice: ChannelChoice) {
    this.#channels = channels;
    this.#choice = choice;
    this.#endSample = Math.max(...channels.map(({ endSample }) => endSample));
    this.info = {
      container: "session",
      codec: "s16le",
      sampleRateHz: SAMPLE_RATE_HZ,
      channels: channels.length,
      durationSeconds: this.#endSample / SAMPLE_RATE_HZ,
      decoder: "wav",
    };
  }

  async next(): Promise<Float32Array | undefined> {
    if (this.#sample >= this.#endSample) return undefined;
    const start = this.#sample;
    const end = Math.min(start + CHUNK_SAMPLES, this.#endSample);
    this.#sample = end;
    const chosen = typeof this.#choice === "number" ? [this.#channels[this.#choice]!] : this.#channels;
    const lanes = await Promise.all(
      chosen.map(async (channel) => fromPcm16(await readRecorded(channel, start, end))),
    );
    return outputChannels(this.#choice, lanes.length) === 1 ? meanOf(lanes) : interleave(lanes);
  }

  async close(): Promise<void> {
    this.#sample = this.#endSample;
  }
}

function meanOf(lanes: readonly Float32Array[]): Float32Array {
  return lanes[0]!.map((_, i) => lanes.reduce((sum, lane) => sum + lane[i]!, 0) / lanes.length);
}
