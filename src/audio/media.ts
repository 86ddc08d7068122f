/**
 * Any recording as a stream of 16 kHz samples, mono or each channel by itself. WAV and raw PCM are decoded here; all else by node-av (FFmpeg's
 * libraries, an optional package) in a worker thread, or where that is not installed by the ffmpeg program.
 */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { type ErrorCode, MubblesError } from "../errors.js";
import { audioReadable } from "./audio-readable.js";
import { ByteReader } from "./byte-reader.js";
import { openWithFfmpeg } from "./ffmpeg-source.js";
import type { ChannelChoice, MediaInfo, MediaSource } from "./media-source.js";
import { openWithNodeAv } from "./node-av-source.js";
import { openRaw, openWav } from "./pcm-source.js";
import type { RawFormat } from "./raw-format.js";
import { openRecorded } from "./recorded/recorded-source.js";
import { spool } from "./spool.js";
import { isWav, needsOtherDecoder, WAV_HEAD_BYTES } from "./wav-header.js";

export interface OpenMediaOptions {
  readonly channel: ChannelChoice;
  /** Given: the input is headerless samples of this format. */
  readonly raw?: RawFormat;
  /** Length of the chunks of WAV and raw input, which may be live; half a second when not given. */
  readonly chunkSamples?: number;
  /** Aborting destroys the stream and whatever feeds it, at once. */
  readonly signal: AbortSignal;
}

export interface Media {
  readonly info: MediaInfo;
  /**
   * Object mode, Float32Array chunks (half a second if not asked otherwise), 16 kHz, the reader's to keep; mono, or where channels are split
   * `info.channels` of them, interleaved. Its error is a MubblesError where
   * nothing can be decoded. Damage behind the first sample is no error: the stream ends, and `problems` tells.
   */
  readonly audio: Readable;
  /** INPUT_DAMAGED with what is missing; complete when `audio` has ended. */
  readonly problems: readonly MubblesError[];
  close(): Promise<void>;
}

/** MUBBLES_DECODER, for tests and bug reports: only this decoder is tried. */
const DECODERS = ["wav", "node-av", "ffmpeg"] as const;
type Decoder = (typeof DECODERS)[number];

const CODES_BY_ERRNO: Readonly<Record<string, ErrorCode>> = {
  ENOENT: "INPUT_NOT_FOUND",
  ENOTDIR: "INPUT_NOT_FOUND",
  EISDIR: "INPUT_IS_DIRECTORY",
};

/** Opens a file, the folder of a recorded session, or standard input for "-". Throws MubblesError (INPUT_…, USAGE), or the signal's reason. */
export async function openMedia(input: string, options: OpenMediaOptions): Promise<Media> {
  const { signal } = options;
  signal.throwIfAborted();
  const source = await (input === "-"
    ? openStream(process.stdin, "standard input", options)
    : openPath(input, options));
  const audio = audioReadable(source, signal);
  return {
    info: source.info,
    audio,
    problems: source.problems,
    async close() {
      audio.destroy();
      await source.close();
    },
  };
}

async function openPath(path: string, options: OpenMediaOptions): Promise<MediaSource> {
  const stats = await stat(path).catch((cause) => fail(path, cause));
  if (stats.isDirectory()) {
    const recorded = await openRecorded(path, options.channel);
    if (recorded !== undefined) return recorded;
    throw new MubblesError("INPUT_IS_DIRECTORY", { where: path });
  }
  // A named pipe, /dev/stdin, <(command): can be read only once, from the start.
  if (!stats.isFile()) return await openStream(createReadStream(path), path, options);
  if (stats.size === 0) throw new MubblesError("INPUT_EMPTY", { where: path });
  const file = await open(path).catch((cause) => fail(path, cause));
  let head: Buffer;
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(WAV_HEAD_BYTES), position: 0 });
    head = buffer.subarray(0, bytesRead);
  } catch (cause) {
    fail(path, cause);
  } finally {
    await file.close();
  }
  if (options.raw === undefined && !isOurs(head)) return await openFile(path, path, options);
  return await openPcm(new ByteReader(createReadStream(path), path, options.signal), path, options);
}

async function openStream(stream: Readable, where: string, options: OpenMediaOptions): Promise<MediaSource> {
  const { signal, raw } = options;
  const reader = new ByteReader(stream, where, signal);
  if ((await reader.peek(1)).length === 0) throw new MubblesError("INPUT_EMPTY", { where });
  if (raw !== undefined || isOurs(await reader.peek(WAV_HEAD_BYTES))) {
    return await openPcm(reader, where, options);
  }
  // Decoders seek: the index of an MP4 is often at its end, and last timestamps always are. So what a pipe brings is
  // kept on disk until the source is closed. WAV and raw samples, which live recordings come as, are not.
  const { path, remove } = await spool(reader, where, signal);
  try {
    const source = await openFile(path, where, options);
    return {
      info: source.info,
      problems: source.problems,
      next: () => source.next(),
      close: () => source.close().finally(remove),
    };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

/** WAV or raw samples, by our own decoder. */
async function openPcm(reader: ByteReader, where: string, options: OpenMediaOptions): Promise<MediaSource> {
  const { raw, channel, chunkSamples } = options;
  try {
    return raw === undefined
      ? await openWav(reader, { where, channel, chunkSamples })
      : openRaw(reader, raw, { where, channel, chunkSamples });
  } catch (thrown) {
    reader.close();
    throw thrown;
  }
}

/** Any other container, by the first decoder that is installed. */
async function openFile(path: string, where: string, options: OpenMediaOptions): Promise<MediaSource> {
  const only = onlyDecoder();
  const { channel, signal } = options;
  let source: MediaSource | undefined;
  if (only === undefined || only === "node-av") {
    source = await openWithNodeAv(path, { where, channel, signal });
  }
  if (source === undefined && (only === undefined || only === "ffmpeg")) {
    source = await openWithFfmpeg(path, { where, channel, signal });
  }
  if (source === undefined) throw new MubblesError("INPUT_NO_DECODER", { where });
  return source;
}

function isOurs(head: Buffer): boolean {
  const only = onlyDecoder();
  if (only !== undefined && only !== "wav") return false;
  return isWav(head) && !needsOtherDecoder(head);
}

function onlyDecoder(): Decoder | undefined {
  const name = process.env.MUBBLES_DECODER;
  if (name === undefined || name === "") return undefined;
  const decoder = DECODERS.find((known) => known === name);
  if (decoder !== undefined) return decoder;
  const detail = `expected one of ${DECODERS.join(", ")}, got "${name}"`;
  throw new MubblesError("USAGE", { where: "MUBBLES_DECODER", detail });
}

function fail(where: string, cause: unknown): never {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const known = CODES_BY_ERRNO[code];
  if (known !== undefined) throw new MubblesError(known, { where, cause });
  throw new MubblesError("INPUT_UNREADABLE", { where, detail: message, cause });
}
