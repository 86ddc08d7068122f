/**
 * One file to 16 kHz, mono or channel by channel, with node-av, as far as it can be decoded. Time is kept: where the container says that the sound
 * starts later than the picture, or packets are lost, silence fills the gap, so that sample i is what is heard at i / 16000.
 */
import { SAMPLE_RATE_HZ } from "../units.js";
import { ChunkAssembler } from "./chunk-assembler.js";
import { DecodeError, type DecodeFailure } from "./decode-failure.js";
import { type ChannelChoice, type MediaInfo, outputChannels } from "./media-source.js";
import {
  type CodecContext,
  chooseAudioStream,
  containerSeconds,
  DISCARD_ALL,
  END_OF_FILE,
  type FormatContext,
  type Frame,
  INVALID_DATA,
  IO_ERROR,
  type NodeAv,
  openContainer,
  type Packet,
  reason,
  type Stream,
  type StreamClock,
  streamClock,
} from "./node-av.js";
import type { DecodeState } from "./node-av-protocol.js";
import { FrameResampler } from "./node-av-resampler.js";
import { findShortfall, isJudgedByAllTracks } from "./shortfall.js";

/** Timestamps jitter by less; a longer gap is silence that was not stored, or lost. */
const MIN_GAP_SECONDS = 0.1;
/** Where no duration bounds it, a longer gap is taken for a broken timestamp. */
const MAX_GAP_SECONDS = 600;
/** A demuxer that fails this often in a row finds nothing more. */
const MAX_READ_FAILURES = 100;

/** Silence is handed out a second at a time. */
const SILENCE_SAMPLES = SAMPLE_RATE_HZ;

export class NodeAvDecoder {
  readonly info: MediaInfo;
  /** Complete when `next` has returned undefined. */
  readonly problems: DecodeFailure[] = [];
  readonly #path: string;
  readonly #state: DecodeState;
  readonly #format: FormatContext;
  readonly #streams: readonly Stream[];
  readonly #stream: Stream;
  readonly #streamIndex: number;
  /** For each stream, by its index. */
  readonly #clocks: readonly StreamClock[];
  readonly #clock: StreamClock;
  readonly #notesPacketEnds: boolean;
  readonly #decoder: CodecContext;
  readonly #resampler: FrameResampler;
  readonly #packet: Packet;
  readonly #frame: Frame;
  readonly #outputChannels: number;
  readonly #chunks: ChunkAssembler;
  readonly #push = (samples: Float32Array): void => this.#chunks.push(samples);
  readonly #startSeconds: number;
  /** Where the next frame is due: the length of all frames and gaps so far. */
  #positionSeconds = 0;
  /** Where the last packet of any track ends. */
  #packetsEndSeconds = 0;
  /** Silence to hand out before `#frame`, which waits for it. */
  #silenceSamples = 0;
  #frameWaits = false;
  #framesDecoded = 0;
  /** Packets that failed since the last good frame. */
  #failed = 0;
  /** Packets that failed between good frames; at the edges of a file they are often tags or half a frame, no damage. */
  #lost = 0;
  #readFailures = 0;
  #isDraining = false;
  #ended = false;

  /** Opens the file at `path` and its default audio track. Throws DecodeError. */
  constructor(av: NodeAv, path: string, channel: ChannelChoice, state: DecodeState) {
    this.#path = path;
    this.#state = state;
    this.#format = openContainer(av, path);
    this.#streams = this.#format.streams;
    this.#stream = chooseAudioStream(this.#streams);
    this.#streamIndex = this.#stream.index;
    this.#clocks = this.#streams.map(streamClock);
    this.#clock = streamClock(this.#stream);
    const { codecpar } = this.#stream;
    const codec = av.Codec.findDecoder(codecpar.codecId);
    if (codec === null) {
      // Id 0 is a codec that the container names by a code nobody knows: damage, more often than news.
      const code = codecpar.codecId === 0 ? "INPUT_NO_AUDIO" : "INPUT_NO_DECODER";
      throw new DecodeError(code, `its audio has an unknown codec (FFmpeg's id ${codecpar.codecId})`);
    }
    this.#decoder = new av.CodecContext();
    this.#decoder.allocContext3(codec);
    this.#decoder.parametersToContext(codecpar);
    // Without it the decoder cannot drop the encoder's padding at start and end.
    this.#decoder.pktTimebase = this.#stream.timeBase;
    const status = this.#decoder.open2Sync(codec, null);
    if (status < 0) throw new DecodeError("INPUT_NO_AUDIO", `its ${codec.name} track: ${reason(av, status)}`);
    this.#resampler = new FrameResampler(av, channel, codecpar.channels);
    this.#outputChannels = outputChannels(channel, codecpar.channels);
    this.#chunks = new ChunkAssembler(this.#outputChannels);
    this.#packet = new av.Packet();
    this.#packet.alloc();
    this.#frame = new av.Frame();
    this.#frame.alloc();
    this.#startSeconds = containerSeconds(this.#format.startTime) ?? 0;
    this.info = {
      container: this.#format.iformat?.name ?? "unknown",
      codec: codec.name ?? "unknown",
      sampleRateHz: codecpar.sampleRate,
      channels: codecpar.channels,
      durationSeconds: containerSeconds(this.#format.duration),
      decoder: "node-av",
    };
    this.#notesPacketEnds = isJudgedByAllTracks(this.info.container);
    if (!this.#notesPacketEnds) this.#discardOtherTracks();
  }

  /**
   * The next samples, the caller's to keep; undefined at the end, or as soon as a stop is requested. Throws DecodeError
   * where not one sample decodes.
   */
  next(): Float32Array | undefined {
    while (!this.#state.isStopRequested) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined || this.#ended) return chunk;
      if (!this.#step()) this.#finish();
    }
    return undefined;
  }

  /** Saves reading gigabytes of video. */
  #discardOtherTracks(): void {
    for (const stream of this.#streams) if (stream !== this.#stream) stream.discard = DISCARD_ALL;
  }

  /** Does the next small piece of work. False when there is none left. */
  #step(): boolean {
    if (this.#silenceSamples > 0) {
      const samples = Math.min(this.#silenceSamples, SILENCE_SAMPLES);
      this.#silenceSamples -= samples;
      this.#push(new Float32Array(samples * this.#outputChannels));
    } else if (this.#frameWaits) {
      this.#takeFrame();
    } else {
      const status = this.#decoder.receiveFrameSync(this.#frame);
      if (status === INVALID_DATA) this.#failed++;
      if (status >= 0) this.#meetFrame();
      else if (this.#isDraining) return false;
      else this.#feedDecoder();
    }
    return true;
  }

  #feedDecoder(): void {
    const status = this.#format.readFrameSync(this.#packet);
    if (status < 0) {
      this.#readFailures++;
      if (status !== END_OF_FILE && status !== IO_ERROR && this.#readFailures < MAX_READ_FAILURES) return;
      this.#isDraining = true;
      this.#decoder.sendPacketSync(null);
      return;
    }
    this.#readFailures = 0;
    const index = this.#packet.streamIndex;
    if (this.#notesPacketEnds) this.#notePacketEnd(this.#packet, this.#clocks[index]);
    if (index === this.#streamIndex && this.#decoder.sendPacketSync(this.#packet) < 0) this.#failed++;
    this.#packet.unref();
  }

  #notePacketEnd({ pts, duration }: Packet, clock: StreamClock | undefined): void {
    const start = clock?.(pts);
    if (start === undefined) return;
    const end = start + (clock?.(duration) ?? 0) - this.#startSeconds;
    this.#packetsEndSeconds = Math.max(this.#packetsEndSeconds, end);
  }

  /** Looks at a frame's time before its samples are taken. */
  #meetFrame(): void {
    this.#frameWaits = true;
    const timestamp = this.#clock(this.#frame.bestEffortTimestamp);
    if (timestamp === undefined) return;
    const start = timestamp - this.#startSeconds;
    const gap = start - this.#positionSeconds;
    const duration = this.info.durationSeconds;
    const isPlausible = duration === undefined ? gap <= MAX_GAP_SECONDS : start <= duration;
    if (gap < MIN_GAP_SECONDS || !isPlausible) return;
    this.#resampler.flush(this.#push);
    this.#silenceSamples = Math.round(gap * SAMPLE_RATE_HZ);
    this.#positionSeconds = start;
  }

  #takeFrame(): void {
    const { nbSamples, sampleRate } = this.#frame;
    if (nbSamples > 0 && sampleRate > 0 && this.#resampler.convert(this.#frame, this.#push)) {
      if (this.#framesDecoded > 0) this.#lost += this.#failed;
      this.#failed = 0;
      this.#framesDecoded++;
      this.#positionSeconds += nbSamples / sampleRate;
    } else {
      this.#failed++;
    }
    this.#frame.unref();
    this.#frameWaits = false;
  }

  #finish(): void {
    this.#ended = true;
    this.#resampler.flush(this.#push);
    this.#chunks.end();
    if (this.#framesDecoded === 0) {
      throw new DecodeError("INPUT_NO_AUDIO", `nothing in its ${this.info.codec} track can be decoded`);
    }
    const shortfall = findShortfall({
      path: this.#path,
      container: this.info.container,
      sampleRateHz: this.info.sampleRateHz,
      audioSeconds: this.#positionSeconds,
      trackSeconds: this.#clock(this.#stream.duration),
      containerSeconds: this.info.durationSeconds,
      packetsEndSeconds: this.#notesPacketEnds ? this.#packetsEndSeconds : undefined,
    });
    const lost = this.#lost > 0 ? `${this.#lost} damaged packets left out` : undefined;
    const detail = [shortfall, lost].filter((part) => part !== undefined).join(", ");
    if (detail !== "") this.problems.push({ code: "INPUT_DAMAGED", detail });
  }
}
