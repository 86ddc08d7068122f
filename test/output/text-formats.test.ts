/** TXT, TSV, JSON and JSON lines. */
import { describe, expect, test } from "vitest";
import {
  createWriter,
  OUTPUT_FORMATS,
  type OutputFormat,
  type WriterOptions,
} from "../../src/output/formats.js";
import type { Segment } from "../../src/transcript.js";
import { nastySegments, segment } from "./segments.js";

function write(format: OutputFormat, segments: readonly Segment[], options: WriterOptions = {}): string {
  const writer = createWriter(format, options);
  const body = segments.map((entry) => writer.segment(entry)).join("");
  return writer.begin() + body + writer.end({ language: "en" });
}

const two = [
  segment({ startSeconds: 0.5, endSeconds: 2.25, text: " One\ttwo.\n" }),
  segment({ startSeconds: 2.25, endSeconds: 4.0000001, text: " Three.", speaker: "Caller", channel: 1 }),
];

test("txt is a line a segment", () => {
  expect(write("txt", [...two, segment({ text: " " })])).toBe("One two.\nCaller: Three.\n");
});

test("tsv is milliseconds and text between tabs", () => {
  expect(write("tsv", two)).toBe("start\tend\ttext\n500\t2250\tOne two.\n2250\t4000\tCaller: Three.\n");
});

test("tsv has columns for channel and speaker where they are asked for", () => {
  expect(write("tsv", two, { showSpeakers: true })).toBe(
    "start\tend\ttext\tchannel\tspeaker\n500\t2250\tOne two.\t\t\n2250\t4000\tThree.\t1\tCaller\n",
  );
});

test("every line of tsv has three fields, whatever is in the segments", () => {
  const [header, ...rows] = write("tsv", nastySegments(7, 200), { showNoise: true }).trimEnd().split("\n");
  expect(header).toBe("start\tend\ttext");
  expect(rows.length).toBeGreaterThan(100);
  for (const row of rows) expect(row).toMatch(/^\d+\t\d+\t[^\t\r\n]*\S[^\t\r\n]*$/u);
});

describe("json", () => {
  test("has openai/whisper's fields", () => {
    const withWords = segment({
      id: 7,
      seekFrames: 3000,
      startSeconds: 30,
      endSeconds: 31.279999,
      words: [{ word: " Hello.", startSeconds: 30.1, endSeconds: 31.28, probability: 0.912_345_678 }],
    });
    expect(JSON.parse(write("json", [withWords, two[1]!], { showWords: true }))).toEqual({
      segments: [
        {
          id: 0,
          seek: 3000,
          start: 30,
          end: 31.28,
          text: " Hello.",
          tokens: [50364, 2425, 13, 50414],
          temperature: 0,
          avg_logprob: -0.25,
          compression_ratio: 1.1,
          no_speech_prob: 0.01,
          words: [{ word: " Hello.", start: 30.1, end: 31.28, probability: 0.912346 }],
        },
        {
          id: 1,
          seek: 0,
          start: 2.25,
          end: 4,
          text: " Three.",
          tokens: [50364, 2425, 13, 50414],
          temperature: 0,
          avg_logprob: -0.25,
          compression_ratio: 1.1,
          no_speech_prob: 0.01,
          channel: 1,
          speaker: "Caller",
        },
      ],
      text: " Hello. Three.",
      language: "en",
    });
  });

  test("has no words unless they are asked for", () => {
    const words = [{ word: " Hello.", startSeconds: 0, endSeconds: 1, probability: 0.9 }];
    for (const format of ["json", "jsonl"] as const) {
      expect(write(format, [segment({ words })])).not.toContain('"words"');
      expect(write(format, [segment({ words })], { showWords: true })).toContain('"words"');
    }
  });

  test("is valid without segments and without a language", () => {
    const writer = createWriter("json", {});
    const file = writer.begin() + writer.end({ language: undefined });
    expect(JSON.parse(file)).toEqual({ segments: [], text: "", language: null });
  });

  test("cut off after any segment it still closes", () => {
    const segments = nastySegments(3, 25);
    for (let done = 0; done <= segments.length; done++) {
      const parsed = JSON.parse(write("json", segments.slice(0, done), { showNoise: true })) as {
        segments: unknown[];
        text: string;
      };
      expect(parsed.segments).toHaveLength(done);
      expect(parsed.text).toBe(
        segments
          .slice(0, done)
          .map(({ text }) => text)
          .join(""),
      );
    }
  });
});

test("jsonl is one segment a line, written when it comes", () => {
  const writer = createWriter("jsonl", { showNoise: true });
  for (const [i, entry] of nastySegments(5, 50).entries()) {
    const line = writer.segment(entry);
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(JSON.parse(line)).toMatchObject({ id: i, text: entry.text });
  }
});

test.each(OUTPUT_FORMATS)(
  "%s hides noise unless it is asked for, and leaves no gap in the numbers",
  (format) => {
    const segments = [
      segment({ id: 0, text: " [BLANK_AUDIO]" }),
      segment({ id: 1, startSeconds: 1, endSeconds: 2, text: " Yes. (laughs) I know." }),
    ];
    const file = write(format, segments);
    expect(file).toContain("Yes. I know.");
    expect(file).not.toMatch(/BLANK|laughs/);
    expect(file).toBe(write(format, [segment({ startSeconds: 1, endSeconds: 2, text: " Yes. I know." })]));

    const writer = createWriter(format, { showNoise: true });
    const shown = writer.segment(segments[0]!) + writer.end({ language: "en" });
    expect(shown).toContain("[BLANK_AUDIO]");
  },
);
