/** `mubbles align`: a text that is known, and the recording that it is spoken in. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { expectFailure, mubbles, ROOT, SAMPLE, temporaryFolder } from "./mubbles.js";

const TEXT = join(ROOT, "samples/austen.txt");
const SENTENCE = join(ROOT, "test/fixtures/austen-0870.wav");
const LINES = readFileSync(TEXT, "utf8").trim().split("\n");
const folder = temporaryFolder();

interface JsonWord {
  word: string;
  start: number;
  end: number;
}
interface JsonSegment {
  start: number;
  end: number;
  text: string;
  words: JsonWord[];
}

test("each line is a segment, each word is there, in order", async () => {
  const { exitCode, stdout } = await mubbles(["align", SAMPLE, TEXT, "-f", "json", "--word-timestamps"]);
  expect(exitCode).toBe(0);
  const { segments, language } = JSON.parse(stdout) as { segments: JsonSegment[]; language: string };
  expect(language).toBe("en");
  expect(segments.map(({ text }) => text.trim())).toEqual(LINES);
  let before = 0;
  for (const { start, end, text, words } of segments) {
    expect(words.map(({ word }) => word).join("")).toBe(text);
    expect([start, end]).toEqual([words[0]!.start, words.at(-1)!.end]);
    for (const word of words) {
      expect(word.start).toBeGreaterThanOrEqual(before);
      expect(word.end).toBeGreaterThan(word.start);
      before = word.end;
    }
  }
});

test("the text counts, not what the model hears; a pause lies between the words around it", async () => {
  const text =
    "And Mister John Dashwood had then the leisure to consider how\nmuch there might be, prudently, in HIS power to do for them.";
  const result = await mubbles(["align", SENTENCE, "-", "-f", "jsonl", "--word-timestamps"], {
    stdin: Buffer.from(`\uFEFF${text}\r\n\r\n`),
  });
  expect(result.exitCode).toBe(0);
  const segments = result.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonSegment);
  expect(segments.map((segment) => segment.text.trim()).join("\n")).toBe(text);
  // The reader pauses for a tenth of a second at 3.9 s.
  expect(segments[0]!.end).toBeGreaterThan(3.7);
  expect(segments[0]!.end).toBeLessThan(4);
  expect(segments[1]!.start).toBeGreaterThan(3.95);
  expect(segments[1]!.start).toBeLessThan(4.15);
});

describe("refused", () => {
  check("no such text", [SAMPLE, "none.txt"], "TEXT_UNREADABLE", "ENOENT");
  check("a folder", [SAMPLE, folder], "TEXT_UNREADABLE", "EISDIR");
  check("an empty text", [SAMPLE, fileOf("empty.txt", " \n\n")], "TEXT_UNREADABLE", "it is empty");
  check("no text at all", [SAMPLE, SAMPLE], "TEXT_UNREADABLE", "it is not UTF-8");
  check("no such recording", ["none.wav", TEXT], "INPUT_NOT_FOUND", "none.wav");
  check("both from standard input", ["-", "-"], "USAGE", "can be read only once");
  check("reference", [SAMPLE, TEXT, "--strategy", "reference"], "USAGE", "--strategy");
  check("translation", [SAMPLE, TEXT, "--task", "translate"], "USAGE", "--task");
  check(
    "a text of something else",
    [SENTENCE, fileOf("other.txt", "Vier Wölfe jagten\nnachts Hasen")],
    "TEXT_UNRELATED",
    "0 %",
  );

  function check(name: string, args: string[], code: Parameters<typeof expectFailure>[1], says: string) {
    test(name, async () => {
      const result = await mubbles(["align", ...args]);
      expectFailure(result, code);
      expect(result.stderr).toContain(says);
    });
  }

  function fileOf(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }
});
