/** WAV files and headerless PCM: decoded here, so that they work with no other decoder installed. */
import { Resampler } from "../dsp/resample.js";
import { MubblesError } from "../errors.js";
import { traceSpan } from "../tracing.js";
import { SAMPLE_RATE_HZ } from "../units.js";
import type { ByteReader } from "./byte-reader.js";
import { ChunkAssembler } from "./chunk-assembler.js";
import { interleave } from "./interleave.js";
import {
  type ChannelChoice,
  type MediaInfo,
  type MediaSource,
  outputChannels,
  requireChannel,
} from "./media-source.js";
import { PcmToMono } from "./pcm-to-mono.js";
import type { RawFormat } from "./raw-format.js";
import { describeShortfall } from "./shortfall.js";
import { readWavHeader } from "./wav-header.js";

/** Bytes decoded at a time, also where a pipe hands over more. */
const READ_BYTES = 65_536;

interface PcmSourceOptions {
  readonly where: string;
  readonly channel: ChannelChoice;
  readonly chunkSamples?: number | undefined;
}

/** A source from a reader that stands at the start of a WAV file. Takes over the reader. */
export async function openWav(reader: ByteReader, options: PcmSourceOptions): Promise<MediaSource> {
  const { format, dataBytes } = await readWavHeader(reader, options.where);
  return new PcmSource(reader, format, { ...options, decoder: "wav", dataBytes });
}

/** A source from a reader that stands at the first sample. Takes over the reader. */
export function openRaw(reader: ByteReader, format: RawFormat, options: PcmSourceOptions): MediaSource {
  return new PcmSource(reader, format, { ...options, decoder: "raw", dataBytes: undefined });
}

/** What makes one channel of the output. */
interface Lane {
  readonly toMono: PcmToMono;
  readonly resampler: Resampler;
  /** Overwritten with each read. */
  readonly resampled: Float32Array;
}

class PcmSource implements MediaSource {
  readonly info: MediaInfo;
  readonly problems: MubblesError[] = [];
  readonly #reader: ByteReader;
  readonly #where: string;
  readonly #lanes: readonly Lane[];
  readonly #bytesPerSecond: number;
  readonly #chunks: ChunkAssembler;
  readonly #dataBytes: number;
  #bytesRead = 0;
  #ended = false;

  constructor(
    reader: ByteReader,
    format: RawFormat,
    options: PcmSourceOptions & { decoder: "wav" | "raw"; dataBytes: number | undefined },
  ) {
    const { where, channel, chunkSamples, decoder, dataBytes } = options;
    const { sampleFormat, sampleRateHz, channels } = format;
    requireChannel(channel, channels, where);
    this.#reader = reader;
    this.#where = where;
    const laneCount = outputChannels(channel, channels);
    this.#lanes = Array.from({ length: laneCount }, (_, i) => {
      const resampler = new Resampler(sampleRateHz, SAMPLE_RATE_HZ);
      const resampled = new Float32Array(resampler.maxOutputSamples(READ_BYTES));
      return { toMono: new PcmToMono(format, channel === "split" ? i : channel), resampler, resampled };
    });
    this.#bytesPerSecond = this.#lanes[0]!.toMono.frameBytes * sampleRateHz;
    this.#chunks = new ChunkAssembler(laneCount, chunkSamples);
    this.#dataBytes = dataBytes ?? Number.POSITIVE_INFINITY;
    this.info = {
      container: decoder,
      codec: sampleFormat,
      sampleRateHz,
      channels,
      durationSeconds: dataBytes === undefined ? undefined : this.#seconds(dataBytes),
      decoder,
    };
  }

  async next(): Promise<Float32Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined || this.#ended) return chunk;
      const bytes = await this.#read();
      if (bytes === undefined) this.#finish();
      else this.#decode(bytes);
    }
  }

  async close(): Promise<void> {
    this.#reader.close();
  }

  async #read(): Promise<Buffer | undefined> {
    const limit = Math.min(READ_BYTES, this.#dataBytes - this.#bytesRead);
    if (limit === 0) return undefined;
    try {
      return await this.#reader.next(limit);
    } catch (cause) {
      if (this.#bytesRead === 0 || !(cause instanceof MubblesError)) throw cause;
      this.#addProblem(`reading failed after ${this.#seconds(this.#bytesRead).toFixed(1)} s`, cause);
      return undefined;
    }
  }

  #decode(bytes: Buffer): void {
    this.#bytesRead += bytes.length;
    const began = performance.now();
    this.#push(({ toMono, resampler, resampled }) => resampler.process(toMono.convert(bytes), resampled));
    traceSpan("audio", "resample", began);
  }

  /** `resample` fills a lane's buffer and returns how far; it is the same for each. */
  #push(resample: (lane: Lane) => number): void {
    const written = this.#lanes.map(resample)[0]!;
    const [first, ...others] = this.#lanes;
    if (others.length === 0) this.#chunks.push(first!.resampled.subarray(0, written));
    else {
      const lanes = this.#lanes.map(({ resampled }) => resampled);
      this.#chunks.push(interleave(lanes, written));
    }
  }

  #finish(): void {
    this.#ended = true;
    this.#push(({ resampler, resampled }) => resampler.flush(resampled));
    this.#chunks.end();
    if (this.#chunks.totalSamples === 0) {
      throw new MubblesError("INPUT_NO_AUDIO", { where: this.#where, detail: "not one whole sample" });
    }
    if (this.problems.length > 0 || this.#dataBytes === Number.POSITIVE_INFINITY) return;
    if (this.#bytesRead < this.#dataBytes) {
      this.#addProblem(describeShortfall(this.#seconds(this.#bytesRead), this.#seconds(this.#dataBytes)));
    }
  }

  #addProblem(detail: string, cause?: unknown): void {
    this.problems.push(new MubblesError("INPUT_DAMAGED", { where: this.#where, detail, cause }));
  }

  #seconds(bytes: number): number {
    return bytes / this.#bytesPerSecond;
  }
}
