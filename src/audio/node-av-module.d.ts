/**
 * The part of node-av 6 that mubbles uses. Declared here, because the package is optional: the build must pass where it
 * could not be installed. Functions return FFmpeg's negative error codes.
 */
declare module "node-av/lib" {
  export interface ChannelLayout {
    nbChannels: number;
    /** 0: unspecified; 1: `mask` has a bit for each speaker. */
    order: number;
    mask: bigint;
  }
  export class Rational {
    constructor(num: number, den: number);
    readonly num: number;
    readonly den: number;
  }
  export interface Stream {
    readonly index: number;
    readonly codecpar: {
      readonly codecType: number;
      readonly codecId: number;
      readonly sampleRate: number;
      readonly channels: number;
      fromContext(context: CodecContext): number;
    };
    timeBase: Rational;
    /** In `timeBase`; NOPTS where unknown. */
    readonly duration: bigint;
    readonly disposition: number;
    discard: number;
  }
  export class FormatContext {
    /** In AV_TIME_BASE; NOPTS where unknown. */
    readonly startTime: bigint;
    readonly duration: bigint;
    readonly iformat: { readonly name: string | null } | null;
    readonly streams: Stream[];
    openInputSync(url: string, format: null, options: Dictionary | null): number;
    findStreamInfoSync(options: null): number;
    readFrameSync(packet: Packet): number;
    closeInputSync(): void;
    allocOutputContext2(format: null, formatName: string, path: string): number;
    newStream(codec: null): Stream;
    openOutputSync(): number;
    writeHeaderSync(options: null): number;
    interleavedWriteFrameSync(packet: Packet): number;
    writeTrailerSync(): number;
    closeOutputSync(): void;
    freeContext(): void;
  }
  export interface Dictionary {
    free(): void;
  }
  export const Dictionary: { fromObject(entries: Record<string, string>): Dictionary };
  export class Codec {
    static findDecoder(id: number): Codec | null;
    static findEncoderByName(name: string): Codec | null;
    readonly name: string | null;
  }
  export class CodecContext {
    pktTimebase: Rational;
    sampleRate: number;
    sampleFormat: number;
    channelLayout: ChannelLayout;
    bitRate: bigint;
    timeBase: Rational;
    /** Samples that each frame but the last has to hold. */
    readonly frameSize: number;
    allocContext3(codec: Codec): void;
    parametersToContext(parameters: Stream["codecpar"]): number;
    open2Sync(codec: Codec, options: null): number;
    sendPacketSync(packet: Packet | null): number;
    receiveFrameSync(frame: Frame): number;
    sendFrameSync(frame: Frame | null): number;
    receivePacketSync(packet: Packet): number;
    freeContext(): void;
  }
  export class Packet {
    streamIndex: number;
    readonly pts: bigint;
    readonly duration: bigint;
    rescaleTs(from: Rational, to: Rational): void;
    alloc(): void;
    unref(): void;
    free(): void;
  }
  export class Frame {
    format: number;
    sampleRate: number;
    channelLayout: ChannelLayout;
    readonly channels: number;
    nbSamples: number;
    pts: bigint;
    readonly bestEffortTimestamp: bigint;
    /** One for each channel of a planar format, else one. */
    readonly extendedData: Buffer[] | null;
    readonly data: Buffer[] | null;
    /** Room for `nbSamples`. */
    getBuffer(align: number): number;
    alloc(): void;
    unref(): void;
    free(): void;
  }
  export class SoftwareResampleContext {
    allocSetOpts2(
      outLayout: ChannelLayout,
      outFormat: number,
      outRateHz: number,
      inLayout: ChannelLayout,
      inFormat: number,
      inRateHz: number,
    ): number;
    setMatrix(matrix: number[], stride: number): number;
    setOption(name: string, value: number, type: number): number;
    init(): number;
    /** At least as many samples as the next conversion of so many will write. */
    getOutSamples(inputSamples: number): number;
    convertSync(out: Buffer[], outSamples: number, input: Buffer[] | null, inputSamples: number): number;
    free(): void;
  }
  export const FFmpegError: { strerror(code: number): string };
  export function getFFmpegInfo(): { readonly version: string };
  export const Log: { setLevel(level: number): void };
}
