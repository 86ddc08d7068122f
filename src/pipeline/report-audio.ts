/** What a report holds of a recording: each channel compressed, and its spectrogram. Read once, from end to end. */
import { deflateRawSync } from "node:zlib";
import { createOpusEncoder } from "../audio/compressed/create-opus-encoder.js";
import type { OpusEncoder } from "../audio/compressed/opus-encoder.js";
import { laneOf } from "../audio/interleave.js";
import { openMedia } from "../audio/media.js";
import type { ChannelChoice } from "../audio/media-source.js";
import { FRAMES_PER_SECOND, SAMPLE_RATE_HZ } from "../units.js";
import { SPECTRUM_BANDS, Spectrum } from "./live/spectrum.js";
import { MelHistory } from "./mel-history.js";

export interface ReportChannel {
  /** Ogg with Opus; undefined where nothing here encodes it. */
  readonly opus: Buffer | undefined;
  /** Raw deflate of [LINE_COLUMNS × SPECTRUM_BANDS] bytes; the last may have fewer columns. */
  readonly spectrumLines: readonly Buffer[];
}

export interface ReportAudio {
  readonly channels: readonly ReportChannel[];
  readonly durationSeconds: number;
  /** Why there is no audio. */
  readonly problem: string | undefined;
}

interface ReportAudioOptions {
  readonly channel: Exclude<ChannelChoice, number>;
  readonly signal: AbortSignal;
  readonly onProgress: (positionSeconds: number, durationSeconds: number | undefined) => void;
}

const N_MELS = 80;
/** 20 ms: short sounds can be told apart. */
const STEP_FRAMES = 2;
export const REPORT_STEP_SECONDS = STEP_FRAMES / FRAMES_PER_SECOND;
/** A minute. */
export const LINE_COLUMNS = 60 / REPORT_STEP_SECONDS;
/** 32 shades look like 256, and take half the room. */
const SHADES_MASK = 0b1111_1000;

/** Throws what openMedia() throws, or the signal's reason. */
export async function reportAudio(
  input: string,
  { channel, signal, onProgress }: ReportAudioOptions,
): Promise<ReportAudio> {
  const media = await openMedia(input, { channel, signal });
  const count = channel === "split" ? media.info.channels : 1;
  const lanes: Lane[] = [];
  try {
    for (let i = 0; i < count; i++) lanes.push(new Lane(await createOpusEncoder()));
    let samples = 0;
    for await (const chunk of media.audio as AsyncIterable<Float32Array>) {
      for (const [i, lane] of lanes.entries()) await lane.push(count === 1 ? chunk : laneOf(chunk, i, count));
      samples += chunk.length / count;
      onProgress(samples / SAMPLE_RATE_HZ, media.info.durationSeconds);
    }
    const channels: ReportChannel[] = [];
    for (const lane of lanes) channels.push(await lane.end());
    const problem = lanes.find(({ problem }) => problem !== undefined)?.problem;
    return { channels, durationSeconds: samples / SAMPLE_RATE_HZ, problem };
  } finally {
    for (const lane of lanes) lane.free();
    await media.close();
  }
}

class Lane {
  problem: string | undefined;
  #encoder: OpusEncoder | undefined;
  readonly #mel = new MelHistory(N_MELS);
  readonly #spectrum = new Spectrum(N_MELS, STEP_FRAMES);
  readonly #lines: Buffer[] = [];
  #columns: Uint8Array[] = [];

  constructor(encoder: OpusEncoder | undefined) {
    this.#encoder = encoder;
    if (encoder === undefined) this.problem = "neither node-av nor ffmpeg is here to compress it";
  }

  async push(samples: Float32Array): Promise<void> {
    await this.#encoder?.push(samples);
    this.#mel.push(samples);
    this.#take();
  }

  async end(): Promise<ReportChannel> {
    this.#mel.flush();
    this.#take();
    if (this.#columns.length > 0) this.#endLine();
    const opus = await this.#encoder?.end().catch((thrown: Error) => {
      this.problem = thrown.message;
      return undefined;
    });
    return { opus, spectrumLines: this.#lines };
  }

  free(): void {
    this.#encoder?.discard();
    this.#mel.free();
  }

  #take(): void {
    const spectrum = this.#spectrum;
    this.#columns.push(...spectrum.take(this.#mel.slice(spectrum.nextFrame, this.#mel.endFrame)));
    this.#mel.dropBefore(spectrum.nextFrame);
    while (this.#columns.length >= LINE_COLUMNS) this.#endLine();
  }

  #endLine(): void {
    const columns = this.#columns.splice(0, LINE_COLUMNS);
    const bytes = Buffer.alloc(columns.length * SPECTRUM_BANDS);
    for (const [i, column] of columns.entries()) bytes.set(column, i * SPECTRUM_BANDS);
    for (let i = 0; i < bytes.length; i++) bytes[i]! &= SHADES_MASK;
    this.#lines.push(deflateRawSync(bytes, { level: 9 }));
  }
}
