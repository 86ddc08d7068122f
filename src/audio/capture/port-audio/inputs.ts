/** PortAudio's list of devices, made into one where a device stands once and has an id that lasts. */
import type { ChildDevice } from "../child/child-protocol.js";

/** What PortAudio tells of a device and of a host API (ALSA, Core Audio, WASAPI …), as naudiodon passes it on. */
export interface PortAudioDevice {
  readonly id: number;
  readonly name: string;
  readonly maxInputChannels: number;
  readonly defaultSampleRate: number;
  readonly hostAPIName: string;
}

export interface PortAudioHosts {
  readonly defaultHostAPI: number;
  readonly HostAPIs: readonly {
    readonly name: string;
    readonly type: string;
    readonly defaultInput: number;
  }[];
}

export interface PortAudioInput {
  /** Into PortAudio's list; only good until the devices change. */
  readonly index: number;
  readonly device: ChildDevice;
}

/** ALSA's plugins claim 32 channels and more: no microphone has them, and speech needs no more than this. */
const MAX_CHANNELS = 2;

/** The inputs of one host API: on Windows each device is there once for every API, and WASAPI alone knows its full name. */
export function inputsOf(devices: readonly PortAudioDevice[], hosts: PortAudioHosts): PortAudioInput[] {
  const host = hosts.HostAPIs.find(({ type }) => type === "WASAPI") ?? hosts.HostAPIs[hosts.defaultHostAPI];
  if (host === undefined) return [];
  const seen = new Map<string, number>();
  return devices
    .filter(({ hostAPIName, maxInputChannels }) => hostAPIName === host.name && maxInputChannels > 0)
    .map(({ id: index, name, maxInputChannels, defaultSampleRate }) => {
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      const id = count === 1 ? name : `${name} #${count}`;
      const channels = Math.min(maxInputChannels, MAX_CHANNELS);
      const isDefault = index === host.defaultInput;
      const facts = { aliases: [], kind: "microphone", sampleRateHz: defaultSampleRate } as const;
      return { index, device: { ...facts, id, name, isDefault, channels } };
    });
}
