/** A channel of the session by the name of its device, virtual or real. */
import { MubblesError } from "../../errors.js";
import type { CaptureBackend } from "./backend.js";
import { findBackend } from "./backends.js";
import type { ChannelAudio } from "./channel-audio.js";
import { openDevice } from "./timeline/device-channel.js";
import { type OpenVirtualOptions, openVirtual } from "./virtual/open-virtual.js";
import { parseVirtualDevice } from "./virtual/virtual-device.js";

export interface OpenChannelOptions extends OpenVirtualOptions {
  /** A name, an id or `default`; `file:PATH`, `file:PATH#CHANNEL` or `-`. */
  readonly device: string;
  /** Of real devices; the system's own when not given. */
  readonly backend?: CaptureBackend;
}

/** Throws MubblesError INPUT_…, DEVICE_… or USAGE where the device cannot be opened, or the signal's reason. */
export async function openChannelAudio(options: OpenChannelOptions): Promise<ChannelAudio> {
  const { device, clock, backend } = options;
  const virtual = parseVirtualDevice(device);
  if (virtual !== undefined) return await openVirtual(virtual, options);
  if (clock.speed !== 1) {
    throw new MubblesError("USAGE", {
      where: "--speed",
      detail: `nobody can hurry a real device: ${device}`,
    });
  }
  return await openDevice({ ...options, backend: backend ?? (await findBackend()) });
}
