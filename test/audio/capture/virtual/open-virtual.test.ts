/** Recordings as devices: the same samples as decoding them, at the pace of the session. */
import { describe, expect, test } from "vitest";
import type { CaptureNotice, ChannelAudio } from "../../../../src/audio/capture/channel-audio.js";
import { openChannelAudio } from "../../../../src/audio/capture/open-channel.js";
import {
  createSessionClock,
  type PacingClock,
  type Speed,
} from "../../../../src/audio/capture/session-clock.js";
import { SAMPLE_RATE_HZ } from "../../../../src/units.js";
import { decode, fixture, scratchFolder } from "../../decode.js";
import { wavFile } from "../../wav-file.js";

const write = scratchFolder();
const SPEECH = fixture("speech.flac");

interface Opened {
  readonly audio: ChannelAudio;
  readonly clock: PacingClock;
  readonly notices: CaptureNotice[];
}

async function open(
  device: string,
  speed: Speed,
  { clock = createSessionClock(speed), signal = new AbortController().signal } = {},
): Promise<Opened> {
  const notices: CaptureNotice[] = [];
  const audio = await openChannelAudio({
    channel: "mic",
    device,
    clock,
    onNotice: (notice) => notices.push(notice),
    signal,
  });
  return { audio, clock, notices };
}

async function samplesOf({ audio, clock }: Opened): Promise<Float32Array> {
  clock.start();
  const samples: number[] = [];
  for await (const chunk of audio.stream) samples.push(...chunk);
  return Float32Array.from(samples);
}

describe("as fast as possible", () => {
  test("gives the samples of the recording, then says that it ended", async () => {
    const opened = await open(`file:${SPEECH}`, "max");
    const samples = await samplesOf(opened);
    expect(samples).toEqual((await decode(SPEECH)).samples);
    expect(opened.audio).toMatchObject({ device: SPEECH, backend: "file", channels: 1, droppedSeconds: 0 });
    expect(opened.notices).toEqual([{ type: "capture", state: "ended", device: SPEECH }]);
    expect(opened.clock.now()).toBeCloseTo(samples.length / SAMPLE_RATE_HZ, 9);
  });

  test("gives one channel where it is asked for", async () => {
    const stereo = fixture("stereo-44100.wav");
    const right = await samplesOf(await open(`file:${stereo}#1`, "max"));
    expect(right).toEqual((await decode(stereo, { channel: 1 })).samples);
    await expect(open(`file:${stereo}#2`, "max")).rejects.toMatchObject({ code: "USAGE" });
  });

  test("reads no further than its reader does", async () => {
    const path = write("minute.wav", wavFile({ frames: 60 * SAMPLE_RATE_HZ }));
    const { audio, clock } = await open(`file:${path}`, "max");
    clock.start();
    for await (const _ of audio.stream) break;
    expect(clock.now()).toBeGreaterThan(0);
    expect(clock.now()).toBeLessThan(0.5);
  });

  test("keeps two recordings together, until one has ended", async () => {
    const clock = createSessionClock("max");
    const long = await open(`file:${write("long.wav", wavFile({ frames: 80_000 }))}`, "max", { clock });
    const short = await open(`file:${write("short.wav", wavFile({ frames: 40_000 }))}`, "max", { clock });
    let readSamples = 0;
    const reading = (async () => {
      for await (const chunk of long.audio.stream) readSamples += chunk.length;
    })();
    clock.start();
    await pause();
    expect(readSamples).toBeGreaterThan(8000);
    expect(readSamples).toBeLessThanOrEqual(16_000);
    await samplesOf(short);
    await reading;
    expect(readSamples).toBe(80_000);
  });

  test("a recording that is cut short ends with a warning", async () => {
    const path = write("cut.wav", wavFile({ frames: 16_000, dataBytes: 64_000 }));
    const opened = await open(`file:${path}`, "max");
    await samplesOf(opened);
    expect(opened.notices).toMatchObject([
      { type: "warning", error: { code: "INPUT_DAMAGED" } },
      { type: "capture", state: "ended" },
    ]);
  });
});

describe("in real time", () => {
  test("nothing comes before the session starts, and no sample before its time", async () => {
    const { audio, clock } = await open(`file:${SPEECH}`, 8);
    await pause();
    expect(clock.now()).toBe(0);
    expect(audio.stream.readableLength).toBe(0);
    clock.start();
    let samples = 0;
    for await (const chunk of audio.stream) {
      expect(chunk.length).toBeLessThanOrEqual(512);
      samples += chunk.length;
      expect(clock.now()).toBeGreaterThanOrEqual(samples / SAMPLE_RATE_HZ);
    }
    expect(samples).toBe((await decode(SPEECH)).samples.length);
  });

  test("a reader that was late gets at once what was due", async () => {
    const { audio, clock } = await open(`file:${SPEECH}`, 1);
    clock.start();
    await pause();
    const dueSamples = Math.floor((clock.now() * SAMPLE_RATE_HZ) / 512) * 512;
    expect(dueSamples).toBeGreaterThan(0);
    let samples = 0;
    for await (const chunk of audio.stream) {
      samples += chunk.length;
      if (samples >= dueSamples) break;
    }
    // Reading as much at the recording's own speed would have taken as long again.
    expect(clock.now()).toBeLessThan((1.5 * dueSamples) / SAMPLE_RATE_HZ);
  });

  test("close ends the stream, an abort destroys it", async () => {
    const closed = await open(`file:${SPEECH}`, 1);
    closed.clock.start();
    for await (const _ of closed.audio.stream) void closed.audio.close();
    expect(closed.notices).toEqual([]);

    const aborter = new AbortController();
    const aborted = await open(`file:${SPEECH}`, 1, { signal: aborter.signal });
    aborted.clock.start();
    const reading = (async () => {
      for await (const _ of aborted.audio.stream) aborter.abort();
    })();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });
});

test.each([
  ["file:no-such-file.wav", "INPUT_NOT_FOUND"],
  [`file:${fixture("")}`, "INPUT_IS_DIRECTORY"],
  [`file:${fixture("silent-film.mp4")}`, "INPUT_NO_AUDIO"],
])("%s is refused", async (device, code) => {
  await expect(open(device, 1)).rejects.toMatchObject({ code });
});

/** Long enough for a device that did not wait to get ahead. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 200));
}
