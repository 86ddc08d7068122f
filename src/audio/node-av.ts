/**
 * FFmpeg's libraries through the optional package node-av: the only file that imports it. Only its low-level synchronous
 * calls are used: they block, so they belong in a worker thread, and are ten times as fast as the asynchronous ones.
 */
import type { ChannelLayout, FormatContext, Stream } from "node-av/lib";
import { DecodeError } from "./decode-failure.js";

export type {
  ChannelLayout,
  CodecContext,
  FormatContext,
  Frame,
  Packet,
  SoftwareResampleContext,
  Stream,
} from "node-av/lib";
export type NodeAv = typeof import("node-av/lib");

/** Of FFmpeg's headers, the few that are needed: AVERROR_EOF, AVERROR(EIO), AVERROR_INVALIDDATA, AV_SAMPLE_FMT_FLT … */
export const END_OF_FILE = -541_478_725;
export const IO_ERROR = -5;
export const FLOAT_SAMPLES = 3;
export const MONO: ChannelLayout = { nbChannels: 1, order: 1, mask: 4n };
export const OPTION_TYPE_FLOAT = 5;
export const DISCARD_ALL = 48;
export const INVALID_DATA = -1_094_995_529;
const LOG_QUIET = -8;
const MEDIA_TYPE_AUDIO = 1;
const DISPOSITION_DEFAULT = 1;
/** AV_TIME_BASE: the unit of a container's times. */
const CONTAINER_TICKS_PER_SECOND = 1_000_000;
/** AV_NOPTS_VALUE. */
const NO_TIMESTAMP = -(2n ** 63n);

/** What FFmpeg's terse answers to opening a file mean. */
const OPEN_FAILURES = new Map([
  [INVALID_DATA, "no known format, or the index that such a file needs is missing"],
  [END_OF_FILE, "it ends within its header"],
]);

/** Throws where the optional package, or its binary for this platform, is not installed. */
export async function loadNodeAv(): Promise<NodeAv> {
  const av = await import("node-av/lib");
  // FFmpeg prints to standard error by itself.
  av.Log.setLevel(LOG_QUIET);
  return av;
}

/** Throws DecodeError for what no demuxer knows. */
export function openContainer(av: NodeAv, path: string): FormatContext {
  const format = new av.FormatContext();
  // "file:", because a name such as a:b.mp4 would name a protocol; the white list, because a play list may name servers.
  const options = av.Dictionary.fromObject({ protocol_whitelist: "file" });
  const status = format.openInputSync(`file:${path}`, null, options);
  options.free();
  if (status === IO_ERROR) throw new DecodeError("INPUT_UNREADABLE", reason(av, status));
  if (status < 0) {
    throw new DecodeError("INPUT_UNRECOGNISED", OPEN_FAILURES.get(status) ?? reason(av, status));
  }
  // Where it fails, some streams have no parameters; whether the audio has them is seen when its decoder opens.
  format.findStreamInfoSync(null);
  return format;
}

/** ffmpeg's choice: the track marked as default, then the one with the most channels, then the first. Throws DecodeError. */
export function chooseAudioStream(streams: readonly Stream[]): Stream {
  const score = ({ disposition, codecpar }: Stream) =>
    (disposition & DISPOSITION_DEFAULT ? 1e6 : 0) + codecpar.channels;
  const [first, ...others] = streams.filter(({ codecpar }) => codecpar.codecType === MEDIA_TYPE_AUDIO);
  if (first === undefined) throw new DecodeError("INPUT_NO_AUDIO", "it has no audio track");
  return others.reduce((best, stream) => (score(stream) > score(best) ? stream : best), first);
}

/** A time of the container in seconds; undefined where it is not known. */
export function containerSeconds(time: bigint): number | undefined {
  return time === NO_TIMESTAMP ? undefined : Number(time) / CONTAINER_TICKS_PER_SECOND;
}

/** Seconds of a stream's time; undefined where it is not known. */
export type StreamClock = (time: bigint) => number | undefined;

/** Reads the time base once: each look at a native property costs as much as decoding a millisecond. */
export function streamClock({ timeBase }: Stream): StreamClock {
  const { num, den } = timeBase;
  return (time) => (time === NO_TIMESTAMP ? undefined : (Number(time) * num) / den);
}

export function reason(av: NodeAv, status: number): string {
  return av.FFmpegError.strerror(status);
}
