/** Opus by each of the two encoders: the same sound comes back, as long as it was. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ffmpegOpusEncoder } from "../../../src/audio/compressed/ffmpeg-opus.js";
import { nodeAvOpusEncoder } from "../../../src/audio/compressed/node-av-opus.js";
import { openMedia } from "../../../src/audio/media.js";
import { SAMPLE_RATE_HZ } from "../../../src/units.js";
import { temporaryFolder } from "../../model/temporary-folder.js";
import { missing } from "../../needs.js";

const SECONDS = 3.21;
const TONE_HZ = 440;

const folder = temporaryFolder();
const tone = Float32Array.from(
  { length: Math.round(SECONDS * SAMPLE_RATE_HZ) },
  (_, i) => 0.4 * Math.sin((2 * Math.PI * TONE_HZ * i) / SAMPLE_RATE_HZ),
);

test.each([
  ["node-av", nodeAvOpusEncoder],
  ["ffmpeg", ffmpegOpusEncoder],
])("%s", async (name, create) => {
  if (name === "ffmpeg" && missing("ffmpeg")) return;
  const encoder = (await create())!;
  for (let at = 0; at < tone.length; at += 1001) await encoder.push(tone.subarray(at, at + 1001));
  const bytes = await encoder.end();
  encoder.discard();
  expect(bytes.length).toBeLessThan((SECONDS * 40_000) / 8);
  const decoded = await decode(bytes, name);
  expect(Math.abs(decoded.length / SAMPLE_RATE_HZ - SECONDS)).toBeLessThan(0.05);
  expect(crossingsPerSecond(decoded)).toBeCloseTo(2 * TONE_HZ, -1.2);
});

async function decode(bytes: Buffer, name: string): Promise<Float32Array> {
  const path = join(folder, `${name}.ogg`);
  writeFileSync(path, bytes);
  const media = await openMedia(path, { channel: "mix", signal: new AbortController().signal });
  const chunks: Float32Array[] = [];
  for await (const chunk of media.audio) chunks.push(chunk as Float32Array);
  await media.close();
  return Float32Array.from(chunks.flatMap((chunk) => [...chunk]));
}

function crossingsPerSecond(samples: Float32Array): number {
  let crossings = 0;
  for (let i = 1; i < samples.length; i++) if (samples[i - 1]! < 0 !== samples[i]! < 0) crossings++;
  return (crossings * SAMPLE_RATE_HZ) / samples.length;
}
