/** Words in JSON, and where their times come from. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectFailure, mubbles, ROOT } from "./mubbles.js";

const SENTENCE = join(ROOT, "test/fixtures/austen-0870.wav");

interface JsonSegment {
  start: number;
  end: number;
  text: string;
  words?: { word: string; start: number; end: number; probability: number }[];
}

test("words where they are asked for: they are the text, follow one another, and pauses belong to none", async () => {
  const [segment] = await segmentsOf(["--word-timestamps"]);
  const words = segment!.words!;
  expect(words.map(({ word }) => word).join("")).toBe(segment!.text);
  expect([segment!.start, segment!.end]).toEqual([words[0]!.start, words.at(-1)!.end]);
  let before = 0;
  for (const { start, end, probability } of words) {
    expect(start).toBeGreaterThanOrEqual(before);
    expect(end).toBeGreaterThan(start);
    expect(probability).toBeGreaterThan(0);
    expect(probability).toBeLessThanOrEqual(1);
    before = end;
  }
  // The reader begins after 0.2 s and pauses for a tenth of a second at 3.9 s.
  expect(words[0]!.start).toBeGreaterThan(0.1);
  const much = words.findIndex(({ word }) => word.trim() === "much");
  expect(words[much]!.start - words[much - 1]!.end).toBeGreaterThan(0.05);
});

test("not asked for: none, though subtitles beside it use them", async () => {
  const [segment] = await segmentsOf([]);
  expect(segment).not.toHaveProperty("words");
});

test("--align-model: the same model says the same, whoever wrote the text", async () => {
  const [own] = await segmentsOf(["--word-timestamps"]);
  const [aligned] = await segmentsOf(["--word-timestamps", "--align-model", "base"]);
  // How sure a word is comes from the search where the model wrote it itself, timestamps among the choices.
  const withoutProbability = (segment: JsonSegment) => ({
    ...segment,
    words: segment.words?.map(({ probability: _, ...word }) => word),
  });
  expect(withoutProbability(aligned!)).toEqual(withoutProbability(own!));
});

test.each([
  [["--align-model", "base", "-f", "txt"], "USAGE", "no words are asked for"],
  [["--align-model", "base", "--strategy", "reference"], "USAGE", "it needs --strategy fast"],
  [["--align-model", "none"], "MODEL_NOT_FOUND", "none"],
] as const)("%j is refused", async (args, code, says) => {
  const result = await mubbles(["file", SENTENCE, ...args]);
  expectFailure(result, code);
  expect(result.stderr).toContain(says);
});

async function segmentsOf(args: string[]): Promise<JsonSegment[]> {
  const { exitCode, stdout } = await mubbles(["file", SENTENCE, "-f", "jsonl", ...args]);
  expect(exitCode).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonSegment);
}
