/**
 * How long an MP3 was when it was written. Encoders say so in a first frame without sound; FFmpeg passes over it where the
 * file's size does not fit, which is just the case of interest here.
 * Source: http://gabriel.mp3-tech.org/mp3infotag.html
 */
import { readFilePart } from "./file-part.js";

const ID3_HEADER_BYTES = 10;
/** The first frame and what may stand before it. */
const SEARCH_BYTES = 4096;
const HAS_FRAME_COUNT = 1;
const SAMPLES_PER_FRAME_MPEG1 = 1152;
const SAMPLES_PER_FRAME_MPEG2 = 576;
/** Layer III at these rates is MPEG 1; MPEG 2 and 2.5 have the lower ones. */
const MIN_MPEG1_RATE_HZ = 32_000;

/** Undefined where the file does not say. */
export function declaredMp3Seconds(path: string, sampleRateHz: number): number | undefined {
  const head = readFilePart(path, id3Bytes(path), SEARCH_BYTES);
  const at = Math.max(head.indexOf("Xing"), head.indexOf("Info"));
  if (at < 0 || at + 12 > head.length) return undefined;
  if ((head.readUInt32BE(at + 4) & HAS_FRAME_COUNT) === 0) return undefined;
  const isMpeg1 = sampleRateHz >= MIN_MPEG1_RATE_HZ;
  const samplesPerFrame = isMpeg1 ? SAMPLES_PER_FRAME_MPEG1 : SAMPLES_PER_FRAME_MPEG2;
  return (head.readUInt32BE(at + 8) * samplesPerFrame) / sampleRateHz;
}

/** Length of an ID3v2 tag at the start; its size has seven bits a byte. */
function id3Bytes(path: string): number {
  const head = readFilePart(path, 0, ID3_HEADER_BYTES);
  if (head.toString("latin1", 0, 3) !== "ID3" || head.length < ID3_HEADER_BYTES) return 0;
  const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  return ID3_HEADER_BYTES + size;
}
