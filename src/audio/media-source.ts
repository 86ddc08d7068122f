/** What every decoder provides: samples pulled one chunk at a time, so that nothing is decoded before it is wanted. */
import { MubblesError } from "../errors.js";

export interface MediaInfo {
  readonly container: string;
  readonly codec: string;
  /** As recorded; what comes out is always 16 kHz mono. */
  readonly sampleRateHz: number;
  readonly channels: number;
  /** As the container says; undefined where it does not. */
  readonly durationSeconds: number | undefined;
  readonly decoder: "wav" | "raw" | "node-av" | "ffmpeg";
}

/** All channels as their mean, each by itself, or one of them, counted from 0. */
export type ChannelChoice = "mix" | "split" | number;

export interface MediaSource {
  readonly info: MediaInfo;
  /** Complete when `next` has returned undefined. */
  readonly problems: readonly MubblesError[];
  /** The next 16 kHz samples, mono or (split) all channels interleaved, the caller's to keep; undefined at the end. Throws MubblesError where nothing decodes. */
  next(): Promise<Float32Array | undefined>;
  /** Lets go of files, threads and processes; a `next` under way may then never settle. May be called twice. */
  close(): Promise<void>;
}

/** How many channels come out of a source of so many. */
export function outputChannels(choice: ChannelChoice, channels: number): number {
  return choice === "split" ? channels : 1;
}

/** Throws USAGE for a channel that the recording does not have, and where there is nothing to split. */
export function requireChannel(choice: ChannelChoice, channels: number, where: string): void {
  if (choice === "split") {
    if (channels > 1) return;
    throw new MubblesError("USAGE", { where, detail: "it has one channel, and --channels split needs two" });
  }
  if (choice === "mix" || (Number.isInteger(choice) && choice >= 0 && choice < channels)) return;
  const range = channels === 1 ? "only channel 0" : `channels 0 to ${channels - 1}`;
  throw new MubblesError("USAGE", { where, detail: `it has ${range}, got channel ${choice}` });
}
