import { describe, expect, test } from "vitest";
import type { AudioDevice } from "../../../src/audio/capture/backend.js";
import { chooseDevice } from "../../../src/audio/capture/choose-device.js";

const DEVICES: readonly AudioDevice[] = [
  device("microphone", "alsa_input.usb", "USB Microphone"),
  device("microphone", "alsa_input.pci", "Built-in Audio", { isDefault: true }),
  device("microphone", "usb", "USB"),
  device("microphone", "blackhole", "BlackHole 2ch"),
  device("loopback", "alsa_output.pci.monitor", "Built-in Audio", {
    isDefault: true,
    aliases: ["alsa_output.pci", "Monitor of Built-in Audio"],
  }),
  device("loopback", "alsa_output.hdmi.monitor", "HDMI", {
    aliases: ["alsa_output.hdmi", "Monitor of HDMI"],
  }),
];

describe("finds", () => {
  test.each([
    ["the default", "microphone", "default", "alsa_input.pci"],
    ["the default loopback", "loopback", "default", "alsa_output.pci.monitor"],
    ["an id", "microphone", "alsa_input.usb", "alsa_input.usb"],
    ["a name", "microphone", "USB Microphone", "alsa_input.usb"],
    ["a name that is a part of another", "microphone", "USB", "usb"],
    ["a name in other letters", "microphone", "usb microphone", "alsa_input.usb"],
    ["a part that only one has", "microphone", "microph", "alsa_input.usb"],
    ["a name that both kinds have, by kind", "loopback", "Built-in Audio", "alsa_output.pci.monitor"],
    ["an output by its own name", "loopback", "alsa_output.hdmi", "alsa_output.hdmi.monitor"],
    ["an input as a loopback where no loopback fits", "loopback", "BlackHole", "blackhole"],
  ] as const)("%s", (_, kind, name, id) => {
    expect(chooseDevice(DEVICES, { kind, name }).id).toBe(id);
  });
});

describe("refuses", () => {
  test.each([
    ["what there is not, with what there is", "loopback", "Headset", '"HDMI" [alsa_output.hdmi.monitor]'],
    [
      "a part that several have, with those",
      "microphone",
      "alsa_input",
      '"USB Microphone" [alsa_input.usb], "Built-in',
    ],
  ] as const)("%s", (_, kind, name, detail) => {
    check(DEVICES, kind, name, detail);
  });

  test("a default that there is not", () => {
    check(DEVICES.slice(0, 1), "microphone", "default", "there is no default microphone");
    check([], "loopback", "default", "there is none; docs/devices.md");
    check(
      DEVICES.slice(0, 1),
      "loopback",
      "Headset",
      'there is "USB Microphone" [alsa_input.usb]; docs/devices.md',
    );
  });
});

function check(
  devices: readonly AudioDevice[],
  kind: AudioDevice["kind"],
  name: string,
  detail: string,
): void {
  expect(() => chooseDevice(devices, { kind, name })).toThrow(
    expect.objectContaining({ code: "DEVICE_NOT_FOUND", message: expect.stringContaining(detail) }),
  );
}

function device(
  kind: AudioDevice["kind"],
  id: string,
  name: string,
  more: Partial<AudioDevice> = {},
): AudioDevice {
  return {
    id,
    name,
    kind,
    aliases: [],
    isDefault: false,
    channels: 2,
    sampleRateHz: 48_000,
    backend: "test",
    ...more,
  };
}
