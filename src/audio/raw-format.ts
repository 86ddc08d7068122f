/** What headerless samples are: the value of --raw. */
import { MubblesError } from "../errors.js";
import { isSampleFormat, SAMPLE_FORMATS, type SampleFormat } from "./sample-format.js";
import { isSampleRateHz, SAMPLE_RATE_RANGE } from "./sample-rate.js";

export interface RawFormat {
  readonly sampleFormat: SampleFormat;
  readonly sampleRateHz: number;
  /** Interleaved. */
  readonly channels: number;
}

const MAX_CHANNELS = 256;

/** Reads FORMAT:RATE:CHANNELS, for example `s16le:16000:1`. Throws USAGE. */
export function parseRawFormat(text: string): RawFormat {
  const [sampleFormat = "", rate = "", channelCount = "", ...rest] = text.split(":");
  const sampleRateHz = wholeNumber(rate);
  const channels = wholeNumber(channelCount);
  if (rest.length > 0 || rate === "" || channelCount === "") {
    throw usage(`expected FORMAT:RATE:CHANNELS such as s16le:16000:1, got "${text}"`);
  }
  if (!isSampleFormat(sampleFormat)) {
    throw usage(
      `expected FORMAT to be one of ${Object.keys(SAMPLE_FORMATS).join(", ")}, got "${sampleFormat}"`,
    );
  }
  if (!isSampleRateHz(sampleRateHz)) {
    throw usage(`expected RATE to be ${SAMPLE_RATE_RANGE}, got "${rate}"`);
  }
  if (!(channels >= 1 && channels <= MAX_CHANNELS)) {
    throw usage(`expected CHANNELS to be 1 to ${MAX_CHANNELS}, got "${channelCount}"`);
  }
  return { sampleFormat, sampleRateHz, channels };
}

function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function usage(detail: string): MubblesError {
  return new MubblesError("USAGE", { where: "--raw", detail });
}
