/**
 * One channel of a recording in progress is kept in parts, each a WAV file (16 kHz, mono, 16 bit) named after its first sample:
 * mic-0000000000.wav, mic-0004800000.wav. A part that is still written, or whose program was killed, says in its header that its length is
 * not known, as WAV from a pipe does: its samples go on to the end of the file. What no part covers was not recorded.
 */
import { SAMPLE_RATE_HZ } from "../../units.js";

export const PART_HEADER_BYTES = 44;
export const BYTES_PER_SAMPLE = 2;

/** Stands for the length of what is not finished. */
const UNKNOWN_BYTES = 0xffff_ffff;
/** A day has 1.4 × 10⁹ samples. */
const START_DIGITS = 10;
const NAME = /^([a-z]+)-(\d{10,})\.wav$/;

export function partName(channel: string, startSample: number): string {
  return `${channel}-${String(startSample).padStart(START_DIGITS, "0")}.wav`;
}

/** undefined where the name is not that of a part. */
export function parsePartName(
  name: string,
): { readonly channel: string; readonly startSample: number } | undefined {
  const [, channel, startSample] = NAME.exec(name) ?? [];
  if (channel === undefined || startSample === undefined) return undefined;
  return { channel, startSample: Number(startSample) };
}

/** `samples`: undefined while the part is written. */
export function partHeader(samples: number | undefined): Buffer {
  const dataBytes = samples === undefined ? UNKNOWN_BYTES : samples * BYTES_PER_SAMPLE;
  const header = Buffer.alloc(PART_HEADER_BYTES);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(Math.min(UNKNOWN_BYTES, dataBytes + PART_HEADER_BYTES - 8), 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  header.writeUInt32LE(SAMPLE_RATE_HZ * BYTES_PER_SAMPLE, 28);
  header.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
