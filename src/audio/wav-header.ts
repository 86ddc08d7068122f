/**
 * The header of a WAV file, read as a stream.
 * Sources: Microsoft "Multiple Channel Audio Data and WAVE Files"; EBU Tech 3306 (RF64).
 */
import { MubblesError } from "../errors.js";
import type { ByteReader } from "./byte-reader.js";
import type { RawFormat } from "./raw-format.js";
import type { SampleFormat } from "./sample-format.js";
import { isSampleRateHz, SAMPLE_RATE_RANGE } from "./sample-rate.js";

export interface WavHeader {
  readonly format: RawFormat;
  /** Undefined where a streaming writer left it open: the samples go on to the end of the input. */
  readonly dataBytes: number | undefined;
}

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** A fmt chunk has 16, 18 or 40 bytes; more of it is of no interest. */
const MAX_FMT_BYTES = 40;
/** How far to look for the fmt chunk, which nearly always comes first; little, because a live pipe brings it slowly. */
export const WAV_HEAD_BYTES = 4096;

const EXTENSIBLE_TAG = 0xfffe;
/** The tail of every GUID that stands for a plain format tag (KSDATAFORMAT_SUBTYPE_…). */
const SUBTYPE_GUID_TAIL = "000000001000800000aa00389b71";

/** Format tag, bytes of a sample's container: what this parser reads itself. */
const FORMATS: Readonly<Record<string, SampleFormat>> = {
  "1,1": "u8",
  "1,2": "s16le",
  "1,3": "s24le",
  "1,4": "s32le",
  "3,4": "f32le",
  "3,8": "f64le",
  "6,1": "alaw",
  "7,1": "mulaw",
};

/**
 * Sizes that writers put in when they cannot go back: 0 (GStreamer), 0xFFFFFFFF (ffmpeg), and 2 GiB less a little
 * (arecord, sox).
 */
function isPlaceholder(bytes: number): boolean {
  return bytes === 0 || bytes >= 0xffff_ff00 || (bytes >= 0x7fff_f000 && bytes <= 0x8000_0000);
}

/** True for a WAV file; `head` is its first bytes. */
export function isWav(head: Buffer): boolean {
  return /^(RIFF|RF64|BW64)$/.test(fourCc(head, 0)) && fourCc(head, 8) === "WAVE";
}

/** True for a WAV file whose codec needs another decoder (ADPCM, MP3 …). `head` is its first WAV_HEAD_BYTES. */
export function needsOtherDecoder(head: Buffer): boolean {
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES + 16 <= head.length; ) {
    const size = head.readUInt32LE(at + 4);
    const body = at + CHUNK_HEADER_BYTES;
    if (fourCc(head, at) === "fmt ") {
      return sampleFormatOf(head.subarray(body, body + Math.min(size, MAX_FMT_BYTES))) === undefined;
    }
    at = body + size + (size % 2);
  }
  return false;
}

/** Reads up to the first sample. Throws INPUT_UNRECOGNISED for a broken header, INPUT_NO_AUDIO where no data chunk is. */
export async function readWavHeader(reader: ByteReader, where: string): Promise<WavHeader> {
  await reader.take(RIFF_HEADER_BYTES);
  let format: RawFormat | undefined;
  let longDataBytes: number | undefined;
  for (;;) {
    const header = await reader.take(CHUNK_HEADER_BYTES);
    if (header.length < CHUNK_HEADER_BYTES) {
      if (format === undefined) throw broken(where, "the WAV header is cut short");
      throw new MubblesError("INPUT_NO_AUDIO", { where, detail: "a WAV file without a data chunk" });
    }
    const name = fourCc(header, 0);
    const size = header.readUInt32LE(4);
    if (name === "data") {
      if (format === undefined) throw broken(where, "a WAV file without a fmt chunk before its data");
      return { format, dataBytes: isPlaceholder(size) ? longDataBytes : size };
    }
    const wanted = name === "fmt " || name === "ds64" ? Math.min(size, MAX_FMT_BYTES) : 0;
    const body = await reader.take(wanted);
    if (name === "fmt ") format = parseFormat(body, where);
    if (name === "ds64" && body.length >= 16) longDataBytes = Number(body.readBigUInt64LE(8)) || undefined;
    // Chunks are padded to even lengths.
    await reader.skip(size - body.length + (size % 2));
  }
}

function parseFormat(fmt: Buffer, where: string): RawFormat {
  if (fmt.length < 16) throw broken(where, "the WAV header is cut short");
  const channels = fmt.readUInt16LE(2);
  const sampleRateHz = fmt.readUInt32LE(4);
  const sampleFormat = sampleFormatOf(fmt);
  if (channels === 0) throw broken(where, "a WAV header with 0 channels");
  if (!isSampleRateHz(sampleRateHz)) {
    throw broken(
      where,
      `a WAV header with a sample rate of ${sampleRateHz} Hz, expected ${SAMPLE_RATE_RANGE}`,
    );
  }
  if (sampleFormat === undefined) {
    throw new MubblesError("INPUT_NO_DECODER", { where, detail: `WAV with format tag ${formatTag(fmt)}` });
  }
  return { sampleFormat, sampleRateHz, channels };
}

function sampleFormatOf(fmt: Buffer): SampleFormat | undefined {
  if (fmt.length < 16) return undefined;
  return FORMATS[`${formatTag(fmt)},${containerBytes(fmt)}`];
}

/** 12 bits lie in two bytes, 20 in three, left-aligned: what counts is the room a sample takes. */
function containerBytes(fmt: Buffer): number {
  const channels = fmt.readUInt16LE(2);
  const blockAlign = fmt.readUInt16LE(12);
  const bytes = Math.ceil(fmt.readUInt16LE(14) / 8);
  const room = blockAlign / channels;
  return Number.isInteger(room) && room > bytes ? room : bytes;
}

function formatTag(fmt: Buffer): number {
  const tag = fmt.readUInt16LE(0);
  const isPlain = fmt.length >= 40 && fmt.toString("hex", 26, 40) === SUBTYPE_GUID_TAIL;
  return tag === EXTENSIBLE_TAG && isPlain ? fmt.readUInt16LE(24) : tag;
}

function fourCc(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, at + 4);
}

function broken(where: string, detail: string): MubblesError {
  return new MubblesError("INPUT_UNRECOGNISED", { where, detail });
}
