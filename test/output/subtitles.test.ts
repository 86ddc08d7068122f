/** SRT and VTT against three parsers from npm that know nothing of mubbles. */
import { parse as parsePlussub } from "@plussub/srt-vtt-parser";
import subtitle from "subtitle";
import { describe, expect, test } from "vitest";
import { WebVTTParser } from "webvtt-parser";
import { createWriter, type OutputFormat } from "../../src/output/formats.js";
import { foldSpaces, lineOf } from "../../src/output/text.js";
import type { Segment } from "../../src/transcript.js";
import { nastySegments, segment } from "./segments.js";

interface ParsedCue {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}

const PARSERS: Record<"srt" | "vtt", Record<string, (file: string) => ParsedCue[]>> = {
  srt: { plussub: withPlussub, subtitle: withSubtitle },
  vtt: { plussub: withPlussub, subtitle: withSubtitle, w3c: withW3c },
};

/** Its types do not resolve under NodeNext. */
interface PlussubEntry {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function withPlussub(file: string): ParsedCue[] {
  const { entries } = parsePlussub(file) as { entries: PlussubEntry[] };
  return entries.map(({ from, to, text }) => ({ startMs: from, endMs: to, text }));
}

function withSubtitle(file: string): ParsedCue[] {
  return subtitle
    .parseSync(file)
    .flatMap((node) =>
      node.type === "cue" ? [{ startMs: node.data.start, endMs: node.data.end, text: node.data.text }] : [],
    );
}

function withW3c(file: string): ParsedCue[] {
  const { cues, errors } = new WebVTTParser().parse(file);
  expect(errors).toEqual([]);
  const toMs = (seconds: number) => Math.round(seconds * 1000);
  return cues.map(({ startTime, endTime, text }) => ({
    startMs: toMs(startTime),
    endMs: toMs(endTime),
    text,
  }));
}

function write(format: OutputFormat, segments: readonly Segment[]): string {
  const writer = createWriter(format, { showNoise: true });
  const body = segments.map((entry) => writer.segment(entry)).join("");
  return writer.begin() + body + writer.end({ language: "en" });
}

const cases = (["srt", "vtt"] as const).flatMap((format) =>
  Object.entries(PARSERS[format]).map(([parser, parse]) => ({ format, parser, parse })),
);

describe.each(cases)("$format read by $parser", ({ format, parse }) => {
  test("nasty segments give cues in order, none overlapping, empty or too short, and lose no text", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const segments = nastySegments(seed, 40);
      const cues = parse(write(format, segments));
      const lines = segments.map(lineOf).filter((line) => line !== "");
      expect(cues).toHaveLength(lines.length);
      let previousEndMs = 0;
      for (const [i, cue] of cues.entries()) {
        expect(cue.startMs).toBeGreaterThanOrEqual(previousEndMs);
        expect(cue.endMs - cue.startMs).toBeGreaterThanOrEqual(100);
        previousEndMs = cue.endMs;
        expect(letters(unescaped(format, cue.text))).toBe(letters(lines[i]!.replace(/-{2,}>/g, "->")));
        for (const line of cue.text.split("\n")) expect(line.trim()).not.toBe("");
      }
    }
  });

  test("times survive to the millisecond, past a hundred hours too", () => {
    const segments = [
      segment({ startSeconds: 0, endSeconds: 5.24 }),
      segment({ startSeconds: 59.9996, endSeconds: 61.0014 }),
      segment({ startSeconds: 3599.5, endSeconds: 3600 }),
      segment({ startSeconds: 400_000.001, endSeconds: 400_001.999 }),
    ];
    expect(parse(write(format, segments)).map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 5240],
      [60_000, 61_001],
      [3_599_500, 3_600_000],
      [400_000_001, 400_001_999],
    ]);
  });
});

function unescaped(format: "srt" | "vtt", text: string): string {
  if (format === "srt") return text;
  expect(text).not.toMatch(/[<>]/);
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** What wrapping may not change: everything but spaces. (W3C parsers replace NUL, which is folded before.) */
function letters(text: string): string {
  return foldSpaces(text).replaceAll(" ", "");
}

// `subtitle` is left out for VTT: it takes no file that ends after the header, which the standard allows.
test.each(cases.filter(({ format, parser }) => format === "srt" || parser !== "subtitle"))(
  "an empty transcript is a valid $format without cues for $parser",
  ({ format, parse }) => {
    expect(parse(write(format, []))).toEqual([]);
    expect(parse(write(format, [segment({ text: " " })]))).toEqual([]);
  },
);

test("srt looks as openai/whisper's", () => {
  const file = write("srt", [
    segment({ startSeconds: 0, endSeconds: 4.5, text: " He began a confused complaint." }),
    segment({ startSeconds: 3661.25, endSeconds: 3663, text: " One --> two.", speaker: "Agent" }),
  ]);
  expect(file).toBe(
    "1\n00:00:00,000 --> 00:00:04,500\nHe began a confused complaint.\n\n" +
      "2\n01:01:01,250 --> 01:01:03,000\nAgent: One -> two.\n\n",
  );
});

test("vtt looks as openai/whisper's, with hours only where there are any", () => {
  const file = write("vtt", [
    segment({ startSeconds: 0, endSeconds: 4.5, text: " AT&T < 5 --> 6." }),
    segment({ startSeconds: 3661.25, endSeconds: 3663, text: " Two." }),
  ]);
  expect(file).toBe(
    "WEBVTT\n\n00:00.000 --> 00:04.500\nAT&amp;T &lt; 5 -&gt; 6.\n\n01:01:01.250 --> 01:01:03.000\nTwo.\n\n",
  );
});

test("a cue goes out as soon as its segment comes, one without length waits for the next", () => {
  const writer = createWriter("srt", {});
  expect(writer.segment(segment({ startSeconds: 0, endSeconds: 2, text: "one" }))).toContain("one");
  expect(writer.segment(segment({ startSeconds: 2, endSeconds: 2, text: "two" }))).toBe("");
  const both = writer.segment(segment({ startSeconds: 2.3, endSeconds: 4, text: "three" }));
  expect(both).toBe("2\n00:00:02,000 --> 00:00:02,300\ntwo\n\n3\n00:00:02,300 --> 00:00:04,000\nthree\n\n");
  expect(writer.segment(segment({ startSeconds: 4, endSeconds: 3, text: "four" }))).toBe("");
  expect(writer.end({ language: undefined })).toBe("4\n00:00:04,000 --> 00:00:04,500\nfour\n\n");
});
