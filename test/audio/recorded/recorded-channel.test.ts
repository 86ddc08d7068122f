/** Parts of a channel as somebody left them: whole, unfinished, cut off, missing. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openMedia } from "../../../src/audio/media.js";
import { fromPcm16, toPcm16 } from "../../../src/audio/pcm16.js";
import { partHeader, partName } from "../../../src/audio/recorded/part-file.js";
import { firstGap, readRecorded, recordedChannels } from "../../../src/audio/recorded/recorded-channel.js";
import { temporaryFolder } from "../../cli/mubbles.js";

const session = temporaryFolder();
const folder = join(session, "audio");
mkdirSync(folder);
const ramp = (from: number, to: number) => Int16Array.from({ length: to - from }, (_, i) => from + i);

writePart("mic", 0, ramp(0, 1000), { isWhole: true });
writePart("mic", 1000, ramp(1000, 1500), { isWhole: false });
writePart("mic", 2000, ramp(2000, 2100), { isWhole: false, oddByte: true });
writePart("loopback", 0, ramp(0, 2200), { isWhole: false });
writeFileSync(join(folder, partName("mic", 9000)), partHeader(undefined));
writeFileSync(join(folder, "notes.txt"), "no part");

test("samples across parts; silence where nothing was recorded; half a sample is none", async () => {
  const channels = await recordedChannels(folder);
  expect(channels.map(({ name, endSample }) => [name, endSample])).toEqual([
    ["loopback", 2200],
    ["mic", 2100],
  ]);
  const mic = channels[1]!;
  expect(await readRecorded(mic, 900, 1100)).toEqual(ramp(900, 1100));
  const acrossGap = await readRecorded(mic, 1400, 2200);
  expect(acrossGap.subarray(0, 100)).toEqual(ramp(1400, 1500));
  expect(acrossGap.subarray(100, 600)).toEqual(new Int16Array(500));
  expect(acrossGap.subarray(600, 700)).toEqual(ramp(2000, 2100));
  expect([firstGap(mic, 1500), firstGap(mic, 1501), firstGap(channels[0]!, 2200)]).toEqual([
    undefined,
    1500,
    undefined,
  ]);
});

test("the folder is a medium with the microphone first, and each part is a WAV file that any program reads", async () => {
  const both = await read(session, "split");
  expect(both.channels).toBe(2);
  expect(both.samples).toHaveLength(2 * 2200);
  expect([both.samples[2 * 1200], both.samples[2 * 1700], both.samples[2 * 1700 + 1]]).toEqual([
    1200 / 32_768,
    0,
    1700 / 32_768,
  ]);
  const part = await read(join(folder, partName("mic", 1000)), "mix");
  expect(toPcm16(Float32Array.from(part.samples))).toEqual(ramp(1000, 1500));
  await expect(read(folder, "mix")).rejects.toMatchObject({ code: "INPUT_IS_DIRECTORY" });
});

test("what was rounded once is the same ever after", () => {
  const loud = toPcm16(Float32Array.of(-2, -1, -0.5, 0, 0.25 / 32_768, 0.75 / 32_768, 1, 2));
  expect([...loud]).toEqual([-32_768, -32_768, -16_384, 0, 0, 1, 32_767, 32_767]);
  expect(toPcm16(fromPcm16(loud))).toEqual(loud);
});

function writePart(
  channel: string,
  startSample: number,
  samples: Int16Array,
  { isWhole, oddByte = false }: { isWhole: boolean; oddByte?: boolean },
): void {
  const bytes = Buffer.from(samples.buffer);
  const tail = oddByte ? [Buffer.of(7)] : [];
  const header = partHeader(isWhole ? samples.length : undefined);
  writeFileSync(join(folder, partName(channel, startSample)), Buffer.concat([header, bytes, ...tail]));
}

async function read(
  path: string,
  channel: "mix" | "split",
): Promise<{ channels: number; samples: number[] }> {
  const media = await openMedia(path, { channel, signal: new AbortController().signal });
  const samples: number[] = [];
  for await (const chunk of media.audio) samples.push(...(chunk as Float32Array));
  await media.close();
  return { channels: media.info.channels, samples };
}
