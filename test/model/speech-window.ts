/** A decoding window from samples, as the pipeline makes it. */
import { assembleWindow, LogMel } from "../../src/dsp/mel.js";
import { DEFAULT_DECODING_OPTIONS, type DecodingOptions } from "../../src/model/decoding-options.js";
import type { PartialRequest, PartialResult } from "../../src/model/live-window.js";
import type { WindowRequest, WindowResult } from "../../src/model/window.js";
import { SAMPLE_RATE_HZ, WINDOW_FRAMES } from "../../src/units.js";
import { decode, fixture } from "../audio/decode.js";

const N_MELS = 80;

export const SENTENCE =
  "and mr john dashwood had then leisure to consider how much there might be prudently in his power to do for them";

/** 7 s of one voice reading SENTENCE. */
export async function sentenceSamples(): Promise<Float32Array> {
  return (await decode(fixture("austen-0870.wav"))).samples;
}

/** Each call makes a new mel, because the engine takes it away. */
export function windowOf(
  samples: Float32Array,
  recording: number,
  options: Partial<DecodingOptions> = {},
): WindowRequest {
  const stream = new LogMel(N_MELS);
  const columns = new Float32Array((stream.maxColumns(samples.length) + stream.maxColumns(0)) * N_MELS);
  const pushed = stream.push(samples, columns);
  stream.flush(columns.subarray(pushed * N_MELS));
  stream.free();
  const count = Math.min(Math.ceil(samples.length / 160), WINDOW_FRAMES);
  const mel = new Float32Array(N_MELS * WINDOW_FRAMES);
  assembleWindow(columns.subarray(0, count * N_MELS), count, N_MELS, mel);
  return {
    recording,
    mel,
    windowSeconds: samples.length / SAMPLE_RATE_HZ,
    options: { ...DEFAULT_DECODING_OPTIONS, ...options },
  };
}

/** The same audio as a partial window that is half a second longer than it. */
export function partialOf(
  samples: Float32Array,
  recording: number,
  options: Partial<PartialRequest> = {},
): PartialRequest {
  const { mel, windowSeconds } = windowOf(samples, recording);
  const frames = Math.min(WINDOW_FRAMES, 2 * Math.ceil((windowSeconds + 0.5) * 50));
  const short = new Float32Array(N_MELS * frames);
  for (let band = 0; band < N_MELS; band++) {
    short.set(mel.subarray(band * WINDOW_FRAMES, band * WINDOW_FRAMES + frames), band * frames);
  }
  return {
    recording,
    mel: short,
    windowSeconds,
    task: "transcribe",
    language: undefined,
    suppressTokens: [-1],
    ...options,
  };
}

/** Small letters and spaces only. */
export function plainText(result: WindowResult | PartialResult): string {
  const text = "text" in result ? result.text : result.segments.map((segment) => segment.text).join("");
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .replace(/\bmister\b/g, "mr")
    .trim();
}
