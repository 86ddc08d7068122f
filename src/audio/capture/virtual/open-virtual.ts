/** A recording, or what a pipe brings, as a channel of the session. */

import { MubblesError } from "../../../errors.js";
import type { ChannelName } from "../../../live-events.js";
import { audioReadable } from "../../audio-readable.js";
import { openMedia } from "../../media.js";
import type { RawFormat } from "../../raw-format.js";
import type { CaptureNotice, ChannelAudio } from "../channel-audio.js";
import type { PacingClock } from "../session-clock.js";
import { cutIntoFrames, FRAME_SAMPLES } from "./frames.js";
import { pacedFrames } from "./paced-frames.js";
import type { VirtualDevice } from "./virtual-device.js";

export interface OpenVirtualOptions {
  readonly channel: ChannelName;
  /** Format of what has no header: standard input, and files that no container has put its ending to. */
  readonly raw?: RawFormat | undefined;
  readonly clock: PacingClock;
  readonly onNotice: (notice: CaptureNotice) => void;
  /** Aborting destroys the stream at once. */
  readonly signal: AbortSignal;
}

/** A live pipe may be late by this before silence stands for it. A file is waited for instead: all of it is there. */
const PIPE_GRACE_MS = 500;

/** File names of raw samples: .raw, .pcm, .s16le and the like, or no ending at all. */
const HEADERLESS = /(^|[\\/])[^.\\/]+$|\.(raw|pcm|[suf]\d+([lb]e)?|alaw|mulaw)$/i;

/** Throws MubblesError INPUT_… or USAGE where the recording cannot be opened; standard input opens with its first byte. */
export async function openVirtual(device: VirtualDevice, options: OpenVirtualOptions): Promise<ChannelAudio> {
  const { channel, raw, clock, onNotice, signal } = options;
  const isPipe = device.kind === "stdin";
  const media = await openMedia(device.input, {
    channel: device.channel,
    signal,
    ...(isPipe && { chunkSamples: FRAME_SAMPLES }),
    ...(raw && (isPipe || HEADERLESS.test(device.input)) && { raw }),
  });
  const name = isPipe ? "standard input" : device.input;
  const closing = new AbortController();
  const pace = clock.join();
  const frames = pacedFrames(cutIntoFrames(media.audio), {
    pace,
    graceMs: isPipe && clock.speed !== "max" ? PIPE_GRACE_MS : undefined,
    signal: AbortSignal.any([signal, closing.signal]),
  });
  const next = async () => {
    try {
      const { done, value } = await frames.next();
      if (done !== true) return value;
    } catch (thrown) {
      // Closing ends the stream after what was given away; only an abort is an error.
      if (closing.signal.aborted && !signal.aborted) return undefined;
      throw thrown;
    }
    pace.leave();
    for (const error of media.problems) onNotice({ type: "warning", error });
    onNotice({ type: "capture", state: "ended", device: name });
    return undefined;
  };
  const close = async () => {
    closing.abort();
    pace.leave();
    await media.close();
  };
  return {
    channel,
    device: name,
    backend: isPipe ? "pipe" : "file",
    sampleRateHz: media.info.sampleRateHz,
    channels: media.info.channels,
    stream: audioReadable({ next, close }, signal),
    droppedSeconds: 0,
    switchTo: async () => {
      throw new MubblesError("USAGE", { where: name, detail: "a recording cannot be changed for a device" });
    },
    close,
  };
}
