/** Every container and sample format through every decoder that can read it. */
import { createReadStream, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SAMPLE_RATE_HZ } from "../../src/units.js";
import { missing } from "../needs.js";
import { bestMatch, decode, fixture, rms, scratchFolder, withDecoder } from "./decode.js";
import { openMediaInChild } from "./media-child.js";
import { wavFile } from "./wav-file.js";

const write = scratchFolder();
/** What a container without room for the encoder's delay may add. */
const MAX_LAG_SAMPLES = SAMPLE_RATE_HZ * 0.05;
const noFfmpeg = missing("ffmpeg");

/**
 * Correlation with the recording: what the codec leaves of it at these low bit rates, and where the container does not
 * know the encoder's delay, what a fraction of a sample of delay leaves of that.
 */
const CONTAINERS = [
  { name: "speech.mp4", codec: "aac" },
  { name: "speech.mov", codec: "aac" },
  { name: "speech.mkv", codec: "aac", correlation: 0.97 },
  { name: "speech.webm", codec: "opus", correlation: 0.96 },
  { name: "speech.mpg", codec: "mp2", correlation: 0.95 },
  { name: "speech.m4a", codec: "aac" },
  { name: "speech.aac", codec: "aac", correlation: 0.95 },
  { name: "speech.mp3", codec: "mp3" },
  { name: "speech.flac", codec: "flac" },
  { name: "speech.ogg", codec: "vorbis" },
  { name: "speech.opus", codec: "opus", correlation: 0.96 },
  { name: "speech.aiff", codec: "pcm_s16be" },
  { name: "speech.wav", codec: "pcm_s16le" },
];
const DECODERS = [
  { decoder: "node-av", skip: false },
  { decoder: "ffmpeg", skip: noFfmpeg },
];

describe.each(DECODERS)("$decoder", ({ decoder, skip }) => {
  test.skipIf(skip).each(CONTAINERS)("$name", async ({ name, codec, correlation = 0.99 }) => {
    const reference = await decode(fixture("speech.wav"));
    const { info, samples, problems } = await withDecoder(decoder, () => decode(fixture(name)));
    expect(problems).toEqual([]);
    expect(info.decoder).toBe(decoder);
    expect(info.codec).toContain(codec);
    expect(Math.abs(samples.length - reference.samples.length)).toBeLessThan(MAX_LAG_SAMPLES);
    expect(info.durationSeconds).toBeCloseTo(3, 0);
    const match = bestMatch(reference.samples, samples, MAX_LAG_SAMPLES);
    expect(match.correlation).toBeGreaterThan(correlation);
  });

  test.skipIf(skip)("ADPCM in WAV, which our own parser leaves to it", async () => {
    const reference = await decode(fixture("wav-s16le.wav"));
    const { info, samples } = await withDecoder(decoder, () => decode(fixture("wav-adpcm.wav")));
    expect(info.codec).toBe("adpcm_ms");
    expect(bestMatch(reference.samples, samples, 10).correlation).toBeGreaterThan(0.98);
  });

  test.skipIf(skip)("default track, where it starts half a second after the picture", async () => {
    const reference = await decode(fixture("speech.wav"));
    const { samples } = await withDecoder(decoder, () => decode(fixture("two-tracks.mkv")));
    const late = SAMPLE_RATE_HZ / 2;
    expect(rms(samples.subarray(0, late - MAX_LAG_SAMPLES))).toBeLessThan(1e-4);
    const match = bestMatch(reference.samples, samples.subarray(late), MAX_LAG_SAMPLES);
    expect(match.correlation).toBeGreaterThan(0.95);
  });

  test.skipIf(skip)("one channel, or the mean of both", async () => {
    const path = fixture("stereo-44100.wav");
    const all = await withDecoder(decoder, async () => ({
      left: await decode(path, { channel: 0 }),
      right: await decode(path, { channel: 1 }),
      mix: await decode(path),
    }));
    const mean = all.left.samples.map((left, i) => (left + all.right.samples[i]!) / 2);
    expect(bestMatch(all.left.samples, all.right.samples, 0).correlation).toBeLessThan(0.1);
    expect(bestMatch(mean, all.mix.samples, 0).correlation).toBeGreaterThan(0.9999);
    expect(rms(all.mix.samples)).toBeCloseTo(rms(mean), 4);
    // The same channels as our own parser finds.
    const own = await decode(path, { channel: 1 });
    expect(own.info.decoder).toBe("wav");
    expect(bestMatch(own.samples, all.right.samples, 2).correlation).toBeGreaterThan(0.999);
  });

  test.skipIf(skip)("all channels, interleaved, are what each is by itself", async () => {
    const path = fixture("stereo-44100.wav");
    const all = await withDecoder(decoder, async () => ({
      left: await decode(path, { channel: 0 }),
      right: await decode(path, { channel: 1 }),
      both: await decode(path, { channel: "split" }),
    }));
    const { samples } = all.both;
    expect(samples.length).toBe(2 * all.left.samples.length);
    const channel = (offset: number) => all.left.samples.map((_, i) => samples[2 * i + offset]!);
    expect(bestMatch(all.left.samples, channel(0), 0).correlation).toBeGreaterThan(0.9999);
    expect(bestMatch(all.right.samples, channel(1), 0).correlation).toBeGreaterThan(0.9999);
  });

  test.skipIf(skip)("one channel cannot be split", async () => {
    const opening = withDecoder(decoder, () => decode(fixture("speech.flac"), { channel: "split" }));
    await expect(opening).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("it has one channel, and --channels split needs two"),
    });
  });

  test.skipIf(skip)("a channel that is not there", async () => {
    const opening = withDecoder(decoder, () => decode(fixture("speech.mp4"), { channel: 2 }));
    await expect(opening).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("channels 0 to 1, got channel 2"),
    });
  });

  test.skipIf(skip)("a name that looks like a protocol", async () => {
    const path = write("concat:a b.mp3", readFileSync(fixture("speech.mp3")));
    const { samples } = await withDecoder(decoder, () => decode(path));
    expect(samples.length).toBe(47_840);
  });
});

describe("wav", () => {
  test.each([
    { format: "u8", correlation: 0.98 },
    { format: "s16le" },
    { format: "s24le" },
    { format: "s32le" },
    { format: "f32le" },
    { format: "f64le" },
    { format: "alaw" },
    { format: "mulaw" },
    { format: "6ch" },
  ])("$format", async ({ format, correlation = 0.999 }) => {
    const reference = await decode(fixture("speech.wav"));
    const { info, samples, problems } = await withDecoder("wav", () => decode(fixture(`wav-${format}.wav`)));
    const excerpt = reference.samples.subarray(8000, 16_000);
    expect(problems).toEqual([]);
    expect(info).toMatchObject({ decoder: "wav", sampleRateHz: 8000, durationSeconds: 0.5 });
    expect(samples.length).toBe(8000);
    // The excerpt lost what lies above 4 kHz, a few per cent of this sentence; but all formats lost the same.
    expect(bestMatch(excerpt, samples, 2)).toMatchObject({ lag: 0 });
    const float = await decode(fixture("wav-f32le.wav"));
    expect(bestMatch(float.samples, samples, 2).correlation).toBeGreaterThan(correlation);
    expect(Math.abs(rms(samples) / rms(float.samples) - 1)).toBeLessThan(0.02);
  });

  test("is all that there is with MUBBLES_DECODER=wav", async () => {
    const opening = withDecoder("wav", () => decode(fixture("speech.mp3")));
    await expect(opening).rejects.toMatchObject({ code: "INPUT_NO_DECODER" });
  });

  test("a wrong MUBBLES_DECODER is wrong usage", async () => {
    const opening = withDecoder("vlc", () => decode(fixture("speech.mp3")));
    await expect(opening).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("raw", () => {
  const pcm = wavFile({ frames: 1600, channels: 2 }).subarray(44);

  test("a headerless file", async () => {
    const raw = { sampleFormat: "s16le", sampleRateHz: 16_000, channels: 2 } as const;
    const { info, samples } = await decode(write("headerless", pcm), { raw, channel: 1 });
    expect(info).toMatchObject({ decoder: "raw", codec: "s16le", channels: 2, durationSeconds: undefined });
    expect([...samples.subarray(0, 3)]).toEqual([1 / 32_768, 3 / 32_768, 5 / 32_768]);
    expect(samples.length).toBe(1600);
  });

  test("its channels interleaved, wherever the reads cut them", async () => {
    const raw = { sampleFormat: "s16le", sampleRateHz: 16_000, channels: 2 } as const;
    const { samples } = await decode(write("headerless", pcm), { raw, channel: "split" });
    expect([...samples.subarray(0, 6)].map((sample) => sample * 32_768)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(samples.length).toBe(3200);
  });
});

describe("standard input", () => {
  test.each(["speech.wav", "speech.mp4", "speech.flac", "wav-adpcm.wav"])("%s", async (name) => {
    const direct = await decode(fixture(name));
    const child = openMediaInChild({});
    createReadStream(fixture(name)).pipe(child.stdin);
    const { samples, problems, leftovers } = await child.result;
    expect(samples).toBe(direct.samples.length);
    expect(problems).toEqual([]);
    expect(leftovers).toEqual([]);
  });

  test("raw samples", async () => {
    const child = openMediaInChild({ raw: { sampleFormat: "s16le", sampleRateHz: 8000, channels: 1 } });
    child.stdin.end(Buffer.alloc(16_001));
    expect(await child.result).toMatchObject({ samples: 16_000, problems: [] });
  });

  test.each([
    { what: "nothing", bytes: Buffer.alloc(0), code: "INPUT_EMPTY" },
    { what: "text", bytes: Buffer.from("no media at all\n".repeat(99)), code: "INPUT_UNRECOGNISED" },
  ])("$what", async ({ bytes, code }) => {
    const child = openMediaInChild({});
    child.stdin.end(bytes);
    expect(await child.result).toMatchObject({ code, leftovers: [] });
  });
});
