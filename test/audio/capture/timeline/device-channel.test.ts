/** Devices of a real sound server as channels of one session. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CaptureNotice, ChannelAudio } from "../../../../src/audio/capture/channel-audio.js";
import { pulseBackend } from "../../../../src/audio/capture/pulse/pulse-backend.js";
import { createSessionClock } from "../../../../src/audio/capture/session-clock.js";
import { openDevice } from "../../../../src/audio/capture/timeline/device-channel.js";
import type { ChannelName } from "../../../../src/live-events.js";
import { SAMPLE_RATE_HZ } from "../../../../src/units.js";
import { missing } from "../../../needs.js";
import { PulseServer } from "../../../pulse-server.js";
import { bestMatch, decode, fixture } from "../../decode.js";
import { resampled, shareHeard } from "../heard.js";

const SPEECH = fixture("speech.wav");

describe.skipIf(missing("pulseaudio"))("a device", () => {
  let server: PulseServer;

  beforeAll(async () => {
    server = await PulseServer.start();
    // A microphone in front of the loudspeakers: both channels hear the same at the same time.
    server.add("module-remap-source", "source_name=ear", "master=speakers.monitor");
  });

  afterAll(() => server.stop());

  function session(capacitySeconds = 30) {
    const clock = createSessionClock(1);
    const aborter = new AbortController();
    const notices: CaptureNotice[] = [];
    const open = (channel: ChannelName, device: string) =>
      openDevice({
        channel,
        device,
        backend: pulseBackend(server.env),
        clock,
        onNotice: (notice) => notices.push(notice),
        capacitySeconds,
        signal: aborter.signal,
      });
    return { clock, aborter, notices, open };
  }

  test("is heard where the other channel hears it, and goes with the clock", async () => {
    const { clock, open, notices } = session();
    // Each delivers from when it is opened; the session starts for both at once.
    const loopback = await open("loopback", "default");
    await sleep(300);
    const mic = await open("mic", "ear");
    clock.start();
    const heard = [samplesOf(loopback), samplesOf(mic)];
    await server.play(SPEECH, "speakers");
    await sleep(500);
    const endSeconds = clock.now();
    await Promise.all([loopback.close(), mic.close()]);
    const [fromLoopback, fromMic] = (await Promise.all(heard)) as [Float32Array, Float32Array];
    const { samples } = await decode(SPEECH);
    expect(shareHeard(samples, resampled(fromLoopback, SAMPLE_RATE_HZ))).toBeGreaterThan(0.7);
    expect(shareHeard(samples, resampled(fromMic, SAMPLE_RATE_HZ))).toBeGreaterThan(0.7);
    // The way through the microphone is a packet of 20 ms longer.
    const { lag } = bestMatch(fromLoopback, fromMic, 1600);
    expect(Math.abs(lag) / SAMPLE_RATE_HZ).toBeLessThan(0.05);
    for (const { length } of [fromLoopback, fromMic]) {
      expect(Math.abs(length / SAMPLE_RATE_HZ - endSeconds)).toBeLessThan(0.3);
    }
    expect(loopback).toMatchObject({ device: "Speakers", backend: "pulse", droppedSeconds: 0 });
    expect(notices.map((notice) => notice.type === "capture" && notice.state)).toEqual(["open", "open"]);
  });

  test("whose reader is too slow drops, counts it, says so once, and stays on the timeline", async () => {
    const { clock, open, notices } = session(0.5);
    const mic = await open("mic", "mic");
    clock.start();
    await sleep(1500);
    expect(mic.droppedSeconds).toBeGreaterThan(0.4);
    const endSeconds = clock.now();
    await mic.close();
    const samples = await samplesOf(mic);
    expect(Math.abs(samples.length / SAMPLE_RATE_HZ - endSeconds)).toBeLessThan(0.3);
    expect(notices.filter(({ type }) => type === "warning")).toMatchObject([
      { error: { code: "AUDIO_DROPPED" } },
    ]);
  });

  test("an abort destroys its stream", async () => {
    const { clock, open, aborter } = session();
    const mic = await open("mic", "mic");
    clock.start();
    const reading = samplesOf(mic);
    aborter.abort();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    await mic.close();
  });
});

async function samplesOf({ stream }: ChannelAudio): Promise<Float32Array> {
  const chunks: Float32Array[] = await stream.toArray();
  return Float32Array.from(chunks.flatMap((chunk) => [...chunk]));
}
