/** One run of the real program on the sample, every format, each read by a parser that is not ours. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseWithPlussub } from "@plussub/srt-vtt-parser";
import { parseSync as parseWithSubtitle } from "subtitle";
import { beforeAll, describe, expect, test } from "vitest";
import { WebVTTParser } from "webvtt-parser";
import { mubbles, type Result, ROOT, SAMPLE, temporaryFolder } from "./mubbles.js";
import { wordErrorRate } from "./words.js";

const TRANSCRIPT = readFileSync(join(ROOT, "samples/austen.txt"), "utf8");
/** What whisper-base may get wrong on clean read speech. */
const WORST_WORD_ERROR_RATE = 0.1;

const folder = temporaryFolder();
const read = (format: string) => readFileSync(join(folder, `austen.${format}`), "utf8");
let result: Result;

beforeAll(async () => {
  result = await mubbles(["file", SAMPLE, "-f", "all", "-o", folder, "--verbose"]);
});

/** Its types do not resolve under NodeNext. */
interface PlussubEntry {
  readonly from: number;
  readonly to: number;
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function expectGoodCues(cues: readonly Span[]): void {
  expect(cues.length).toBeGreaterThan(1);
  let previousEnd = 0;
  for (const { start, end, text } of cues) {
    expect(start).toBeGreaterThanOrEqual(previousEnd);
    expect(end).toBeGreaterThan(start);
    expect(text.trim()).not.toBe("");
    previousEnd = end;
  }
  expectRightWords(cues.map(({ text }) => text).join(" "));
}

function expectRightWords(text: string): void {
  expect(wordErrorRate(TRANSCRIPT, text)).toBeLessThanOrEqual(WORST_WORD_ERROR_RATE);
}

describe("mubbles file --output-format all --output-dir DIR", () => {
  test("keeps standard output empty and tells timings on standard error", () => {
    expect(result.stdout).toBe("");
    expect(result.stderr).toMatch(/^ {2}total +\d+\.\d\d s {2}0:2\d of audio, \d+\.\d× real time$/m);
    expect(result.stderr).toContain("language en");
    expect(result.stderr).toContain(`wrote ${join(folder, "austen.srt")}`);
    expect(result.exitCode).toBe(0);
  });

  test("srt", () => {
    const cues = parseWithSubtitle(read("srt")).flatMap((node) => (node.type === "cue" ? [node.data] : []));
    expectGoodCues(cues);
    const entries: PlussubEntry[] = parseWithPlussub(read("srt")).entries;
    expect(entries.map(({ from, to }) => [from, to])).toEqual(cues.map(({ start, end }) => [start, end]));
  });

  test("vtt", () => {
    const { cues, errors } = new WebVTTParser().parse(read("vtt"));
    expect(errors).toEqual([]);
    expectGoodCues(cues.map(({ startTime, endTime, text }) => ({ start: startTime, end: endTime, text })));
  });

  test("txt", () => expectRightWords(read("txt")));

  test("tsv", () => {
    const [header, ...rows] = read("tsv").trimEnd().split("\n");
    expect(header).toBe("start\tend\ttext");
    expectGoodCues(
      rows.map((row) => {
        const [start, end, text] = row.split("\t");
        return { start: Number(start), end: Number(end), text: text ?? "" };
      }),
    );
  });

  test("json and jsonl hold the same segments", () => {
    const { text, language, segments } = JSON.parse(read("json"));
    expect(language).toBe("en");
    expectRightWords(text);
    expectGoodCues(segments);
    const lines = read("jsonl").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(segments);
  });
});

describe("standard output", () => {
  test("holds the document and nothing else; standard error stays silent", async () => {
    const { stdout, stderr, exitCode } = await mubbles(["file", SAMPLE]);
    expect(stdout).toBe(read("srt"));
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
  });

  test("takes several inputs one after another, standard input among them", async () => {
    const stdin = readFileSync(SAMPLE);
    const { stdout, stderr } = await mubbles(["file", SAMPLE, "-", "-f", "txt"], { stdin });
    expect(stdout).toBe(read("txt").repeat(2));
    expect(stderr).toBe("mubbles: 2 documents follow one another; --output-dir makes one file each\n");
  });
});
