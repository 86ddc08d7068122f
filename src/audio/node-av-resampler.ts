/** Decoded frames of whatever rate, layout and sample format to 16 kHz floats, mono or (split) interleaved, by FFmpeg's resampler. */
import { SAMPLE_RATE_HZ } from "../units.js";
import { type ChannelChoice, outputChannels } from "./media-source.js";
import {
  type ChannelLayout,
  FLOAT_SAMPLES,
  type Frame,
  MONO,
  type NodeAv,
  OPTION_TYPE_FLOAT,
  type SoftwareResampleContext,
} from "./node-av.js";

const UNSPECIFIED_ORDER = 0;
/** So many channels in no known places. */
const unspecified = (channels: number): ChannelLayout => ({
  nbChannels: channels,
  order: UNSPECIFIED_ORDER,
  mask: 0n,
});
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

export class FrameResampler {
  readonly #av: NodeAv;
  readonly #channel: ChannelChoice;
  readonly #outputChannels: number;
  /** Floats that the last conversion wrote; grows to what the longest frame needs. */
  #output = Buffer.alloc(0);
  #context: SoftwareResampleContext | undefined;
  /** What `#context` is set up for; a stream may change in the middle. */
  #rateHz = 0;
  #format = -1;
  #channels = 0;

  /** `channels`: of the recording; frames may have more or fewer. */
  constructor(av: NodeAv, channel: ChannelChoice, channels: number) {
    this.#av = av;
    this.#channel = channel;
    this.#outputChannels = outputChannels(channel, channels);
  }

  /** Passes samples to `push`, who has to copy them. False where the frame cannot be converted. */
  convert(frame: Frame, push: (samples: Float32Array) => void): boolean {
    const { sampleRate, format, channels } = frame;
    if (sampleRate !== this.#rateHz || format !== this.#format || channels !== this.#channels) {
      this.flush(push);
      this.#context = this.#setUp(frame);
      this.#rateHz = sampleRate;
      this.#format = format;
      this.#channels = channels;
    }
    return this.#context !== undefined && this.#run(this.#context, frame, push);
  }

  /** Passes on what the filter still holds; the next frame starts afresh. */
  flush(push: (samples: Float32Array) => void): void {
    if (this.#context === undefined) return;
    this.#run(this.#context, null, push);
    this.#context.free();
    this.#context = undefined;
    this.#rateHz = 0;
  }

  /** Null flushes. (swr_convert_frame would refuse frames whose channels have no known places.) */
  #run(
    context: SoftwareResampleContext,
    frame: Frame | null,
    push: (samples: Float32Array) => void,
  ): boolean {
    const capacity = context.getOutSamples(frame?.nbSamples ?? 0);
    const bytes = capacity * this.#outputChannels * FLOAT_BYTES;
    if (bytes > this.#output.length) this.#output = Buffer.alloc(bytes);
    const written = context.convertSync(
      [this.#output],
      capacity,
      frame?.extendedData ?? null,
      frame?.nbSamples ?? 0,
    );
    if (written < 0) return false;
    const length = written * this.#outputChannels;
    push(new Float32Array(this.#output.buffer, this.#output.byteOffset, length));
    return true;
  }

  #setUp({ channelLayout, channels, format, sampleRate }: Frame): SoftwareResampleContext | undefined {
    const context = new this.#av.SoftwareResampleContext();
    let status = context.allocSetOpts2(
      this.#channel === "split" ? unspecified(this.#outputChannels) : MONO,
      FLOAT_SAMPLES,
      SAMPLE_RATE_HZ,
      channelLayout,
      format,
      sampleRate,
    );
    if (status < 0) return undefined;
    if (this.#channel !== "mix") {
      const chosen = this.#channel === "split" ? [...Array(this.#outputChannels).keys()] : [this.#channel];
      // A row of weights for each channel that comes out.
      const rows = chosen.map((channel) => {
        const row = new Array<number>(channels).fill(0);
        row[Math.min(channel, channels - 1)] = 1;
        return row;
      });
      context.setMatrix(rows.flat(), channels);
    } else if (channelLayout.order === UNSPECIFIED_ORDER) {
      context.setMatrix(new Array(channels).fill(1 / channels), channels);
    } else {
      // Weights by speaker as `ffmpeg -ac 1` has them; without this they may add up to more than one for floats.
      context.setOption("rematrix_maxval", 1, OPTION_TYPE_FLOAT);
    }
    status = context.init();
    return status < 0 ? undefined : context;
  }
}
