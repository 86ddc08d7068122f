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
      const segments = nastySegments(seed, 40).map(({ speaker: _, ...entry }) => entry);
      const cues = parse(write(format, segments));
      const lines = segments.map(lineOf).filter((line) => line !== "");
      expect(cues.length).toBeGreaterThan(0);
      let previousEndMs = 0;
      for (const cue of cues) {
        expect(cue.startMs).toBeGreaterThanOrEqual(previousEndMs);
        expect(cue.endMs - cue.startMs).toBeGreaterThanOrEqual(1000);
        previousEndMs = cue.endMs;
        for (const line of cue.text.split("\n")) expect(line.trim()).not.toBe("");
      }
      const text = cues.map((cue) => unescaped(format, cue.text)).join("");
      expect(letters(text)).toBe(letters(lines.join(" ").replace(/-{2,}>/g, "->")));
    }
  });

  test("times survive to the millisecond, past a hundred hours too", () => {
    const segments = [
      segment({ startSeconds: 0, endSeconds: 5.24 }),
      segment({ startSeconds: 59.9996, endSeconds: 61.0014 }),
      segment({ startSeconds: 3598.5, endSeconds: 3600 }),
      segment({ startSeconds: 400_000.001, endSeconds: 400_001.999 }),
    ];
    expect(parse(write(format, segments)).map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 5240],
      [60_000, 61_001],
      [3_598_500, 3_600_000],
      [400_000_001, 400_001_999],
    ]);
  });
});

function unescaped(format: "srt" | "vtt", text: string): string {
  if (format === "srt") return text;
  expect(text).not.toMatch(/[<>]/);
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** What cues may not change: everything but spaces. (W3C parsers replace NUL, which is folded before.) */
function letters(text: string): string {
  return foldSpaces(text).replace(/[\s\p{Cf}]/gu, "");
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

test("a cue goes out as soon as nothing that follows can change it", () => {
  const writer = createWriter("srt", {});
  const one = segment({ startSeconds: 0, endSeconds: 2, text: "The first sentence stands alone." });
  const two = segment({ startSeconds: 4.5, endSeconds: 6, text: "The second one comes later." });
  expect(writer.segment(one)).toBe("");
  // The silence between them is too long for a cue.
  expect(writer.segment(two)).toBe("1\n00:00:00,000 --> 00:00:02,000\nThe first sentence stands alone.\n\n");
  expect(writer.end({ language: undefined })).toBe(
    "2\n00:00:04,500 --> 00:00:06,000\nThe second one comes later.\n\n",
  );
});

test("the words of a mark that is hidden are in no cue", () => {
  const words = [" Yes.", " (laughs)", " I", " know."].map((word, i) => ({
    word,
    startSeconds: i * 0.5,
    endSeconds: i * 0.5 + 0.4,
    probability: 0.5,
  }));
  const said = segment({ text: " Yes. (laughs) I know.", words });
  const writer = createWriter("srt", {});
  expect(writer.segment(said) + writer.end({ language: "en" })).toBe(
    "1\n00:00:00,000 --> 00:00:01,900\nYes. I know.\n\n",
  );
});

describe("two speakers", () => {
  const call = [
    segment({ startSeconds: 0, endSeconds: 3, text: " Thank you for calling.", speaker: "Agent" }),
    segment({ startSeconds: 3.5, endSeconds: 6, text: " Hello, my name is Jack & Jill.", speaker: "Caller" }),
    segment({
      startSeconds: 7,
      endSeconds: 9.5,
      text: " I have a question about my car.",
      speaker: "Caller",
    }),
  ];

  test("srt says the name where the speaker changes", () => {
    expect(write("srt", call)).toBe(
      "1\n00:00:00,000 --> 00:00:03,000\nAgent: Thank you for calling.\n\n" +
        "2\n00:00:03,500 --> 00:00:06,000\nCaller: Hello, my name is Jack & Jill.\n\n" +
        "3\n00:00:07,000 --> 00:00:09,500\nI have a question about my car.\n\n",
    );
  });

  test("vtt has a voice in every cue", () => {
    const file = write("vtt", call);
    expect(file).toContain("\n<v Agent>Thank you for calling.</v>\n");
    expect(file).toContain("\n<v Caller>Hello, my name is Jack &amp; Jill.</v>\n");
    expect(file).toContain("\n<v Caller>I have a question about my car.</v>\n");
    expect(new WebVTTParser().parse(file).errors).toEqual([]);
  });

  test("who talk at once share a cue, a line each", () => {
    const both = [
      segment({ startSeconds: 0, endSeconds: 2, text: " How are you?", speaker: "Agent" }),
      segment({ startSeconds: 1.5, endSeconds: 2.5, text: " Fine.", speaker: "Caller" }),
    ];
    expect(write("srt", both)).toBe(
      "1\n00:00:00,000 --> 00:00:02,500\n- Agent: How are you?\n- Caller: Fine.\n\n",
    );
    const file = write("vtt", both);
    expect(file).toContain("\n<v Agent>- How are you?</v>\n<v Caller>- Fine.</v>\n\n");
    expect(new WebVTTParser().parse(file).errors).toEqual([]);
  });

  test("where both do not fit, the second waits until the first can have been read", () => {
    const long = "We have two options right now, and you can bring it in anytime we are open.";
    const file = write("srt", [
      segment({ startSeconds: 0, endSeconds: 4, text: ` ${long}`, speaker: "Agent" }),
      segment({ startSeconds: 3, endSeconds: 3.5, text: " Mm-hm.", speaker: "Caller" }),
    ]);
    // 75 characters and "Agent: " take 4.1 s.
    expect(file).toContain("00:00:00,000 --> 00:00:04,100\n");
    expect(file).toContain("00:00:04,100 --> 00:00:05,100\nCaller: Mm-hm.\n");
  });
});
