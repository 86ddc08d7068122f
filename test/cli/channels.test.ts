/** `--channels split`: a stereo recording as two speakers, by the real program. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { WebVTTParser } from "webvtt-parser";
import { decode } from "../audio/decode.js";
import { missing, SHARED_FOLDER } from "../needs.js";
import { expectFailure, fixture, mubbles, type Result, SAMPLE, temporaryFolder, wav } from "./mubbles.js";

const SAMPLE_RATE_HZ = 16_000;
/** Where the right channel speaks; the left one does before it, and both are silent in between. */
const RIGHT_STARTS_SECONDS = 12;
const LENGTH_SECONDS = 22;

const folder = temporaryFolder();
const stereo = join(folder, "stereo.wav");
const read = (format: string) => readFileSync(join(folder, `stereo.${format}`), "utf8");
let result: Result;

beforeAll(async () => {
  const { samples } = await decode(fixture("austen-0870.wav"));
  const frames = new Int16Array(2 * LENGTH_SECONDS * SAMPLE_RATE_HZ);
  for (const [i, sample] of samples.entries()) {
    const value = Math.max(-1, Math.min(1, sample)) * 32_767;
    frames[2 * (i + SAMPLE_RATE_HZ)] = value;
    frames[2 * (i + RIGHT_STARTS_SECONDS * SAMPLE_RATE_HZ) + 1] = value;
  }
  writeFileSync(stereo, wav(new Uint8Array(frames.buffer), 2));
  const args = "--channels split --speakers Left --verbose -f all".split(" ");
  result = await mubbles(["file", stereo, ...args, "-o", folder]);
});

interface JsonSegment {
  readonly id: number;
  readonly start: number;
  readonly text: string;
  readonly channel: number;
  readonly speaker: string;
}

describe("every format shows who speaks", () => {
  test("json and jsonl", () => {
    const { segments, language } = JSON.parse(read("json")) as { segments: JsonSegment[]; language: string };
    expect(language).toBe("en");
    expect(segments.length).toBeGreaterThanOrEqual(2);
    for (const [i, { id, start, channel, speaker }] of segments.entries()) {
      const isRight = start > RIGHT_STARTS_SECONDS - 1;
      expect({ id, channel, speaker }).toEqual({
        id: i,
        channel: isRight ? 1 : 0,
        speaker: isRight ? "Speaker 2" : "Left",
      });
    }
    const words = (channel: number) =>
      segments.flatMap((entry) => (entry.channel === channel ? [entry.text] : [])).join("");
    expect(words(0)).not.toBe("");
    expect(words(1)).toBe(words(0));
    expect(
      read("jsonl")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(segments);
  });

  test("srt, where the speaker changes", () => {
    expect(read("srt").match(/(?:Left|Speaker 2): /g)).toEqual(["Left: ", "Speaker 2: "]);
  });

  test("vtt, as voices", () => {
    const { cues, errors } = new WebVTTParser().parse(read("vtt"));
    expect(errors).toEqual([]);
    for (const { startTime, text } of cues) {
      expect(text).toMatch(startTime < RIGHT_STARTS_SECONDS - 1 ? /^<v Left>/ : /^<v Speaker 2>/);
    }
  });

  test("txt and tsv", () => {
    const lines = read("txt").trimEnd().split("\n");
    expect(lines[0]).toMatch(/^Left: /);
    expect(lines.at(-1)).toMatch(/^Speaker 2: /);
    const [header, ...rows] = read("tsv").trimEnd().split("\n");
    expect(header).toBe("start\tend\ttext\tchannel\tspeaker");
    for (const row of rows) expect(row).toMatch(/^\d+\t\d+\t[^\t]+\t(?:0\tLeft|1\tSpeaker 2)$/);
  });

  test("and standard error tells each one's language, and the recording's length once", () => {
    expect(result.stderr).toContain(`${stereo}, Left: language en`);
    expect(result.stderr).toContain(`${stereo}, Speaker 2: language en`);
    expect(result.stderr).toMatch(/0:22 of audio/);
    expect(result.exitCode).toBe(0);
  });
});

test("standard input gives the same", async () => {
  const args = "file - --channels split --speakers Left -f srt".split(" ");
  const { stdout, exitCode } = await mubbles(args, { stdin: readFileSync(stereo) });
  expect(stdout).toBe(read("srt"));
  expect(exitCode).toBe(0);
});

describe("refused", () => {
  test("more names than channels", async () => {
    const failure = await mubbles(["file", stereo, "--channels", "split", "--speakers", "A,B,C"]);
    expectFailure(failure, "USAGE", stereo);
    expect(failure.stderr).toContain("3 names in --speakers, but it has 2 channels");
  });

  test("a recording of one channel, which does not stop the next", async () => {
    const failure = await mubbles(["file", SAMPLE, "none.wav", "--channels", "split"]);
    expect(failure.stderr).toContain(`mubbles: USAGE: ${SAMPLE}: wrong usage (it has one channel`);
    expect(failure.stderr).toContain("mubbles: INPUT_NOT_FOUND: none.wav");
  });

  test.each([
    ["--speakers A,B", "it needs --channels split"],
    ["--channels split --speakers A,,B", "expected a comma list of different names"],
    ["--channels split --speakers A,A", "expected a comma list of different names"],
    ["--channels split --strategy reference", "--strategy reference knows one speaker"],
  ])("%s", async (args, says) => {
    const failure = await mubbles(["file", "none.wav", ...args.split(" ")]);
    expectFailure(failure, "USAGE");
    expect(failure.stderr).toContain(says);
  });
});

test.skipIf(missing("shared"))("ten seconds of two readers at once", async () => {
  const path = join(SHARED_FOLDER, "data/librispeech/stereo_61_260_10s.wav");
  const { stdout, exitCode } = await mubbles(["file", path, "--channels", "split", "-f", "jsonl"]);
  expect(exitCode).toBe(0);
  const segments = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonSegment);
  expect(new Set(segments.map(({ speaker }) => speaker))).toEqual(new Set(["Speaker 1", "Speaker 2"]));
  const starts = segments.map(({ start }) => start);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
});
