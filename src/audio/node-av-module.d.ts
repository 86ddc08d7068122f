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
  interface Rational {
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
    };
    readonly timeBase: Rational;
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
  }
  export interface Dictionary {
    free(): void;
  }
  export const Dictionary: { fromObject(entries: Record<string, string>): Dictionary };
  export class Codec {
    static findDecoder(id: number): Codec | null;
    readonly name: string | null;
  }
  export class CodecContext {
    pktTimebase: Rational;
    allocContext3(codec: Codec): void;
    parametersToContext(parameters: Stream["codecpar"]): number;
    open2Sync(codec: Codec, options: null): number;
    sendPacketSync(packet: Packet | null): number;
    receiveFrameSync(frame: Frame): number;
    freeContext(): void;
  }
  export class Packet {
    readonly streamIndex: number;
    readonly pts: bigint;
    readonly duration: bigint;
    alloc(): void;
    unref(): void;
    free(): void;
  }
  export class Frame {
    readonly format: number;
    readonly sampleRate: number;
    readonly channelLayout: ChannelLayout;
    readonly channels: number;
    readonly nbSamples: number;
    readonly bestEffortTimestamp: bigint;
    /** One for each channel of a planar format, else one. */
    readonly extendedData: Buffer[] | null;
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
