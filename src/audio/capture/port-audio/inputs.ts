/** PortAudio's list of devices, made into one where a device stands once and has an id that lasts. */
import type { ChildDevice } from "../child/child-protocol.js";
import { lastingIds } from "../child/lasting-ids.js";

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
  const inputs = devices.filter(
    ({ hostAPIName, maxInputChannels }) => hostAPIName === host.name && maxInputChannels > 0,
  );
  const ids = lastingIds(inputs.map(({ name }) => name));
  return inputs.map(({ id: index, name, maxInputChannels, defaultSampleRate }, i) => {
    const id = ids[i] ?? name;
    const channels = Math.min(maxInputChannels, MAX_CHANNELS);
    const isDefault = index === host.defaultInput;
    const facts = { aliases: [], kind: "microphone", sampleRateHz: defaultSampleRate } as const;
    return { index, device: { ...facts, id, name, isDefault, channels } };
  });
}
