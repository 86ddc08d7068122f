import { expect, test } from "vitest";
import { parseVirtualDevice } from "../../../../src/audio/capture/virtual/virtual-device.js";

test.each([
  ["-", { kind: "stdin", input: "-", channel: "mix" }],
  ["file:talk.mp3", { kind: "file", input: "talk.mp3", channel: "mix" }],
  ["file:/calls/2024.flac#1", { kind: "file", input: "/calls/2024.flac", channel: 1 }],
  ["file:take#2#mix", { kind: "file", input: "take#2", channel: "mix" }],
  ["file:C# lesson.wav", { kind: "file", input: "C# lesson.wav", channel: "mix" }],
  ["Built-in Audio #1", undefined],
  ["default", undefined],
])("%s", (name, device) => {
  expect(parseVirtualDevice(name)).toEqual(device);
});
