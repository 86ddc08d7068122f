/**
 * The part of naudiodon 2.3 that mubbles uses. Declared here, because the package is optional: the build must pass where it
 * could not be installed.
 */
declare module "naudiodon" {
  import type { Readable } from "node:stream";

  export const SampleFormatFloat32: 1;

  interface DeviceInfo {
    /** Index into PortAudio's list: another device may have it tomorrow. */
    readonly id: number;
    readonly name: string;
    readonly maxInputChannels: number;
    readonly defaultSampleRate: number;
    readonly hostAPIName: string;
  }
  export function getDevices(): DeviceInfo[];

  interface HostInfo {
    readonly name: string;
    readonly type: string;
    /** An index into the list of devices; negative without one. */
    readonly defaultInput: number;
  }
  export function getHostAPIs(): { readonly defaultHostAPI: number; readonly HostAPIs: readonly HostInfo[] };

  interface InputOptions {
    readonly deviceId: number;
    readonly sampleRate: number;
    readonly channelCount: number;
    readonly sampleFormat: 1;
    readonly framesPerBuffer: number;
    readonly highwaterMark: number;
    readonly maxQueue: number;
    readonly closeOnError: boolean;
  }
  /** Throws where the device cannot be opened so; opens the default where the device is not on the list. */
  export function AudioIO(options: { readonly inOptions: InputOptions }): Readable & { start(): void };
}
