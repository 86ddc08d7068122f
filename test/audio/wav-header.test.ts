/** What headers say, what they leave open, and where they lie. */
import { describe, expect, test } from "vitest";
import { decode, scratchFolder } from "./decode.js";
import { chunk, wavFile } from "./wav-file.js";

const write = scratchFolder();
const FRAMES = 16_000;

async function check(
  content: Buffer,
  expected: { samples: number; problems?: string[]; durationSeconds?: number | undefined },
): Promise<void> {
  const { samples, problems, info } = await decode(write("test.wav", content));
  expect(samples.length).toBe(expected.samples);
  expect(problems.map(({ code }) => code)).toEqual(expected.problems ?? []);
  if ("durationSeconds" in expected) expect(info.durationSeconds).toBe(expected.durationSeconds);
  // Samples count upwards from 0, so a chunk taken for audio, or a byte too few, would show.
  const count = Math.min(1000, samples.length);
  expect(Array.from(samples.subarray(0, count), (sample) => Math.round(sample * 2 ** 15))).toEqual(
    Array.from({ length: count }, (_, i) => i),
  );
}

describe("a WAV header", () => {
  test("with unknown chunks, one of odd length, around the format and behind the data", () =>
    check(
      wavFile({
        frames: FRAMES,
        before: Buffer.concat([chunk("LIST", Buffer.alloc(27)), chunk("bext", Buffer.alloc(700))]),
        after: chunk("id3 ", Buffer.alloc(500, 0x7f)),
      }),
      { samples: FRAMES, durationSeconds: 1 },
    ));

  test.each([
    { what: "0 (GStreamer)", dataBytes: 0 },
    { what: "0xFFFFFFFF (ffmpeg)", dataBytes: 0xffff_ffff },
    { what: "2 GiB less a little (sox)", dataBytes: 0x7fff_f000 },
    { what: "2 GiB (arecord)", dataBytes: 0x8000_0000 },
  ])("with a data size of $what goes on to the end", ({ dataBytes }) =>
    check(wavFile({ frames: FRAMES, dataBytes, riffBytes: 0xffff_ffff }), {
      samples: FRAMES,
      durationSeconds: undefined,
    }),
  );

  test("that declares more than there is", () =>
    check(wavFile({ frames: FRAMES, dataBytes: 5 * FRAMES }), {
      samples: FRAMES,
      problems: ["INPUT_DAMAGED"],
      durationSeconds: 2.5,
    }));

  test("that declares less than there is", () =>
    check(wavFile({ frames: FRAMES, dataBytes: FRAMES }), { samples: FRAMES / 2, durationSeconds: 0.5 }));

  test("whose data ends in the middle of a sample", () =>
    check(wavFile({ frames: FRAMES, dataBytes: 2 * FRAMES - 1 }), { samples: FRAMES - 1 }));

  test("of RF64, with its size in a chunk of its own", () => {
    const sizes = Buffer.alloc(28);
    sizes.writeBigUInt64LE(BigInt(FRAMES), 8);
    const wav = wavFile({ frames: FRAMES, dataBytes: 0xffff_ffff, before: chunk("ds64", sizes) });
    wav.write("RF64");
    return check(wav, { samples: FRAMES / 2, durationSeconds: 0.5 });
  });
});

describe("a broken WAV header", () => {
  const wav = wavFile({ frames: FRAMES });
  test.each([
    { what: "cut in the format", content: wav.subarray(0, 24), code: "INPUT_UNRECOGNISED" },
    { what: "cut behind RIFF WAVE", content: wav.subarray(0, 12), code: "INPUT_UNRECOGNISED" },
    { what: "cut before its data chunk", content: wav.subarray(0, 36), code: "INPUT_NO_AUDIO" },
    { what: "with no data", content: wav.subarray(0, 44), code: "INPUT_NO_AUDIO" },
    { what: "with half a sample", content: wav.subarray(0, 45), code: "INPUT_NO_AUDIO" },
    { what: "with no channel", content: wavFile({ frames: 0, channels: 0 }), code: "INPUT_UNRECOGNISED" },
    { what: "with 7 Hz", content: wavFile({ frames: 9, sampleRateHz: 7 }), code: "INPUT_UNRECOGNISED" },
    {
      what: "with 4 GHz",
      content: wavFile({ frames: 9, sampleRateHz: 0x7fff_fff0 }),
      code: "INPUT_UNRECOGNISED",
    },
  ])("$what: $code", async ({ content, code }) => {
    await expect(decode(write("broken.wav", content))).rejects.toMatchObject({ code });
  });
});
