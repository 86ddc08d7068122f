/** A channel of the session by the name of its device, virtual or real. */
import { MubblesError } from "../../errors.js";
import type { ChannelAudio } from "./channel-audio.js";
import { type OpenVirtualOptions, openVirtual } from "./virtual/open-virtual.js";
import { parseVirtualDevice } from "./virtual/virtual-device.js";

export interface OpenChannelOptions extends OpenVirtualOptions {
  /** A name, an id or `default`; `file:PATH`, `file:PATH#CHANNEL` or `-`. */
  readonly device: string;
}

/** Throws MubblesError INPUT_…, DEVICE_… or USAGE where the device cannot be opened, or the signal's reason. */
export async function openChannelAudio(options: OpenChannelOptions): Promise<ChannelAudio> {
  const { device } = options;
  const virtual = parseVirtualDevice(device);
  if (virtual !== undefined) return await openVirtual(virtual, options);
  throw new MubblesError("DEVICE_NOT_FOUND", { where: device });
}
