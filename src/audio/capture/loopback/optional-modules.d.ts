/**
 * The parts that mubbles uses of audiotee 0.0.7 (macOS) and audify 1.10 (Windows). Declared here, because who wants loopback on those
 * systems installs them beside mubbles: the build must pass without.
 */
declare module "audiotee" {
  export class AudioTee {
    constructor(options: { readonly sampleRate: number; readonly chunkDurationMs: number });
    /** 16-bit samples of one channel, cut anywhere. */
    on(event: "data", listener: (chunk: { readonly data: Buffer }) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    on(event: "stop", listener: () => void): this;
    start(): Promise<void>;
  }
}

declare module "audify" {
  interface RtAudioDevice {
    readonly id: number;
    readonly name: string;
    readonly outputChannels: number;
    readonly isDefaultOutput: number;
    readonly preferredSampleRate: number;
  }
  export class RtAudio {
    constructor(api: number);
    getDevices(): RtAudioDevice[];
    openStream(
      output: null,
      input: { readonly deviceId: number; readonly nChannels: number; readonly firstChannel: number },
      format: number,
      sampleRate: number,
      frameSize: number,
      name: string,
      onInput: (bytes: Buffer) => void,
      onOutput: null,
      flags: number,
      onError: (type: number, message: string) => void,
    ): number;
    start(): void;
  }
  export const RtAudioApi: { readonly WINDOWS_WASAPI: number };
  export const RtAudioFormat: { readonly RTAUDIO_FLOAT32: number };
}
