/**
 * The loopbacks of macOS and Windows with stand-ins for their libraries, made after the libraries' own declarations. They show what
 * mubbles asks and does with the answers, not that it works there.
 */
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { SampleSink } from "../../../src/audio/capture/child/serve-child.js";
import { coreAudioTap } from "../../../src/audio/capture/loopback/core-audio-tap.js";
import { wasapiLoopback } from "../../../src/audio/capture/loopback/wasapi-loopback.js";

type OpenOptions = Parameters<import("audify").RtAudio["openStream"]>;

class Heard implements SampleSink {
  readonly values: number[] = [];
  readonly reasons: string[] = [];

  samples(bytes: Uint8Array): void {
    this.values.push(...new Float32Array(bytes.slice().buffer));
  }

  lost(reason: string): void {
    this.reasons.push(reason);
  }
}

test("a Core Audio tap: 16-bit samples, wherever the pipe cuts them, and its end", async () => {
  const taps: AudioTee[] = [];
  class AudioTee extends EventEmitter {
    readonly options: { sampleRate: number };
    constructor(options: { sampleRate: number; chunkDurationMs: number }) {
      super();
      this.options = options;
      taps.push(this);
    }
    async start(): Promise<void> {}
  }
  const recorder = coreAudioTap({ AudioTee });
  const [device] = recorder.list();
  const heard = new Heard();
  expect(await recorder.record(device!, heard)).toMatchObject({
    kind: "loopback",
    isDefault: true,
    channels: 1,
  });

  const [tap] = taps;
  expect(tap!.options.sampleRate).toBe(device!.sampleRateHz);
  const bytes = Buffer.from(Int16Array.of(0, 16_384, -32_768).buffer);
  tap!.emit("data", { data: bytes.subarray(0, 3) });
  tap!.emit("data", { data: bytes.subarray(3) });
  expect(heard.values).toEqual([0, 0.5, -1]);
  tap!.emit("error", new Error("AudioTee process exited with code 1"));
  expect(heard.reasons).toEqual(["AudioTee process exited with code 1"]);
});

test("WASAPI loopback: an output opened as an input, found again by its name", async () => {
  const opened: OpenOptions[] = [];
  class RtAudio {
    getDevices() {
      const facts = { preferredSampleRate: 48_000, isDefaultOutput: 0 };
      return [
        { ...facts, id: 129, name: "Microphone", outputChannels: 0 },
        { ...facts, id: 130, name: "Speakers", outputChannels: 8, isDefaultOutput: 1 },
        { ...facts, id: 131, name: "Headset", outputChannels: 1 },
      ];
    }
    openStream(...options: OpenOptions): number {
      opened.push(options);
      return 960;
    }
    start(): void {}
  }
  const recorder = wasapiLoopback({
    RtAudio,
    RtAudioApi: { WINDOWS_WASAPI: 7 },
    RtAudioFormat: { RTAUDIO_FLOAT32: 16 },
  });
  const devices = recorder.list();
  expect(devices.map(({ id, isDefault, channels }) => [id, isDefault, channels])).toEqual([
    ["Speakers", true, 2],
    ["Headset", false, 1],
  ]);

  const heard = new Heard();
  await recorder.record(devices[1]!, heard);
  const [output, input, , rateHz, frames, , onInput, , , onError] = opened[0]!;
  expect([output, input.deviceId, input.nChannels, rateHz, frames]).toEqual([null, 131, 1, 48_000, 960]);
  onInput(Buffer.from(Float32Array.of(0.25).buffer));
  expect(heard.values).toEqual([0.25]);
  onError(0, "a warning");
  onError(8, "the device was unplugged");
  expect(heard.reasons).toEqual(["the device was unplugged"]);
  expect(() => recorder.record({ ...devices[1]!, id: "Gone" }, heard)).toThrow(
    expect.objectContaining({ code: "DEVICE_LOST" }),
  );
});
