/** Which device is meant by what somebody asked for. Never a guess: what is missing or not clear is an error with the list. */
import { MubblesError } from "../../errors.js";
import type { AudioDevice, DeviceRequest } from "./backend.js";

/**
 * "default", else by id, by name, or by a part of either if only one device has it. Devices of the other kind count where none of
 * the kind asked for fits: a virtual cable is an input, and is asked for as a loopback. Throws DEVICE_NOT_FOUND.
 */
export function chooseDevice(devices: readonly AudioDevice[], request: DeviceRequest): AudioDevice {
  const ofKind = devices.filter(({ kind }) => kind === request.kind);
  if (request.name === "default") {
    const found = ofKind.find(({ isDefault }) => isDefault);
    if (found !== undefined) return found;
    throw notFound(request, `there is no default ${request.kind}; ${listOf(ofKind, request)}`);
  }
  const others = devices.filter(({ kind }) => kind !== request.kind);
  for (const fits of [isExactly, isExactlyButForCase, isPartly]) {
    for (const group of [ofKind, others]) {
      const [found, ...more] = group.filter((device) => fits(device, request.name));
      if (found === undefined) continue;
      if (more.length === 0) return found;
      throw notFound(request, `it could be ${[found, ...more].map(describe).join(", ")}`);
    }
  }
  throw notFound(request, listOf(ofKind.length > 0 ? ofKind : others, request));
}

function isExactly(device: AudioDevice, asked: string): boolean {
  return namesOf(device).includes(asked);
}

function isExactlyButForCase(device: AudioDevice, asked: string): boolean {
  return namesOf(device).some((name) => name.toLowerCase() === asked.toLowerCase());
}

function isPartly(device: AudioDevice, asked: string): boolean {
  return namesOf(device).some((name) => name.toLowerCase().includes(asked.toLowerCase()));
}

function namesOf({ id, name, aliases }: AudioDevice): string[] {
  return [id, name, ...aliases];
}

function notFound({ kind, name }: DeviceRequest, detail: string): MubblesError {
  return new MubblesError("DEVICE_NOT_FOUND", { where: `${kind} ${name}`, detail });
}

function listOf(devices: readonly AudioDevice[], { kind }: DeviceRequest): string {
  const list = devices.length === 0 ? "there is none" : `there is ${devices.map(describe).join(", ")}`;
  const hasLoopback = kind === "microphone" || devices.some((device) => device.kind === "loopback");
  return hasLoopback ? list : `${list}; docs/devices.md says what a loopback needs on this system`;
}

function describe({ id, name }: AudioDevice): string {
  return id === name ? `"${name}"` : `"${name}" [${id}]`;
}
