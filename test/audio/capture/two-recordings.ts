/** Two clips at once, one into the microphone and one into the speakers, each heard on its own side only. */
import { expect } from "vitest";
import type { AudioDevice, CaptureBackend } from "../../../src/audio/capture/backend.js";
import type { PulseServer } from "../../pulse-server.js";
import { decode, fixture } from "../decode.js";
import { recordUntil, shareHeard } from "./heard.js";

interface Devices {
  readonly mic: AudioDevice;
  readonly loopback: AudioDevice;
}

export async function expectEachItsOwn(
  server: PulseServer,
  backend: CaptureBackend,
  devices: Devices,
): Promise<void> {
  const [mic, loopback] = [await backend.open(devices.mic), await backend.open(devices.loopback)];
  const spoken = fixture("speech.wav");
  const heard = fixture("austen-0870.wav");
  const played = Promise.all([server.play(spoken, "room"), server.play(heard, "speakers")]);
  const [fromMic, fromLoopback] = await Promise.all([
    recordUntil(mic, played),
    recordUntil(loopback, played),
  ]);
  await Promise.all([mic.close(), loopback.close()]);
  const [speech, austen] = [(await decode(spoken)).samples, (await decode(heard)).samples];
  expect(shareHeard(speech, fromMic)).toBeGreaterThan(0.7);
  expect(shareHeard(austen, fromLoopback)).toBeGreaterThan(0.7);
  expect(shareHeard(speech, fromLoopback)).toBe(0);
  expect(mic.droppedSeconds + loopback.droppedSeconds).toBe(0);
}
