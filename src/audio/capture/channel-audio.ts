/** One channel as the pipeline sees it: 16 kHz mono samples on the session's timeline, whatever its device does. */
import type { Readable } from "node:stream";
import type { MubblesError } from "../../errors.js";
import type { CaptureState, ChannelName } from "../../live-events.js";

/** The session's one timeline. */
export interface SessionClock {
  /** Seconds since the session began; with `--speed max`, how far the furthest channel has been read. */
  now(): number;
}

/** What a channel has to tell beside its samples. */
export type CaptureNotice =
  | { readonly type: "capture"; readonly state: CaptureState; readonly device: string }
  | { readonly type: "warning"; readonly error: MubblesError };

export interface ChannelAudio {
  readonly channel: ChannelName;
  /** The device that was opened, as people know it. */
  readonly device: string;
  readonly backend: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /**
   * Object mode: Float32Array chunks, 16 kHz mono, given away. Sample n of all chunks together is at n / 16000 s of the session: there are
   * no gaps, silence stands where the device gave nothing. Ends when a file ends; a microphone never ends, it is lost and found.
   */
  readonly stream: Readable;
  /** Audio lost because nobody read in time. */
  readonly droppedSeconds: number;
  /**
   * Listens to another device from now on. Throws MubblesError where that cannot be opened, and goes on with the old one; USAGE for a
   * virtual device, which is what it is.
   */
  switchTo(device: string): Promise<void>;
  close(): Promise<void>;
}
