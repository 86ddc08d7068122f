/** openai/whisper's options: what its SubtitlesWriter writes for the same words. */
import { expect, test } from "vitest";
import type { WordCueOptions } from "../../../src/output/cues/word-cues.js";
import type { Segment } from "../../../src/transcript.js";
import { segment } from "../segments.js";
import { read, spoken, write } from "./documents.js";

function cuesOf(options: Partial<WordCueOptions>, ...segments: Segment[]): string[] {
  const wordCues: WordCueOptions = {
    maxLineWidth: undefined,
    maxLineCount: undefined,
    maxWordsPerLine: undefined,
    highlightWords: false,
    ...options,
  };
  return read(write("srt", segments, { showNoise: true, wordCues })).map(
    ({ startMs, endMs, lines }) => `${startMs}-${endMs} ${lines.join("|")}`,
  );
}

const one = spoken("0..0.5 Ask 0.5..1 not 1..1.5 what 1.5..2 your 2..2.5 country 2.5..3 can 3..3.5 do.");
const two = spoken("4..4.5 Ask 4.5..5 what 5..5.5 you 5.5..6 can.");

test("a width alone breaks lines, and a cue is a segment", () => {
  expect(cuesOf({ maxLineWidth: 16 }, one, two)).toEqual([
    "0-3500 Ask not what|your country can|do.",
    "4000-6000 Ask what you|can.",
  ]);
});

test("width and count together run over the ends of segments", () => {
  expect(cuesOf({ maxLineWidth: 16, maxLineCount: 2 }, one, two)).toEqual([
    "0-3000 Ask not what|your country can",
    "3000-6000 do. Ask what you|can.",
  ]);
});

test("but not over three seconds", () => {
  const later = spoken("6.5..7 Then 7..7.5 on.");
  expect(cuesOf({ maxLineWidth: 42, maxLineCount: 2 }, one, later)).toEqual([
    "0-3500 Ask not what your country can do.",
    "6500-7500 Then on.",
  ]);
});

test("words in a line", () => {
  expect(cuesOf({ maxWordsPerLine: 3 }, one)).toEqual([
    "0-1500 Ask not what",
    "1500-3000 your country can",
    "3000-3500 do.",
  ]);
});

test("words have no effect beside a width and a count", () => {
  const both = { maxLineWidth: 16, maxLineCount: 2 };
  expect(cuesOf({ ...both, maxWordsPerLine: 2 }, one, two)).toEqual(cuesOf(both, one, two));
});

test("a count has no effect without a width", () => {
  expect(cuesOf({ maxLineCount: 1 }, one, two)).toEqual(cuesOf({}, one, two));
});

test("a word wider than the line stands alone", () => {
  expect(cuesOf({ maxLineWidth: 4 }, spoken("0 a 1 extraordinary 2 b"))).toEqual([
    "0-2300 a|extraordinary|b",
  ]);
});

test("highlighted words, and the text alone in the pauses between them", () => {
  expect(
    cuesOf({ highlightWords: true, maxLineWidth: 8 }, spoken("0..1 Ask 1..2 not, 2.5..3 friends.")),
  ).toEqual([
    "0-1000 <u>Ask</u> not,|friends.",
    "1000-2000 Ask <u>not,</u>|friends.",
    "2000-2500 Ask not,|friends.",
    "2500-3000 Ask not,|<u>friends.</u>",
  ]);
});

test("underlining is markup in vtt, and < in the text is not", () => {
  const wordCues = {
    maxLineWidth: undefined,
    maxLineCount: undefined,
    maxWordsPerLine: undefined,
    highlightWords: true,
  };
  const file = write("vtt", [spoken("0..1 A<B 1..2 R&D")], { wordCues });
  expect(file).toContain("\n<u>A&lt;B</u> R&amp;D\n");
  expect(file).toContain("\nA&lt;B <u>R&amp;D</u>\n");
});

test("a segment without words is cut where they would be", () => {
  const text = " Ask not what your country";
  expect(cuesOf({ maxWordsPerLine: 2 }, segment({ text, startSeconds: 0, endSeconds: 10 }))).toEqual([
    "0-2800 Ask not",
    "3200-6800 what your",
    "7200-10000 country",
  ]);
});

test("speakers have cues of their own, one behind the other", () => {
  const agent = { ...one, speaker: "Agent" };
  const caller = spoken("3..3.5 Well, 3.5..4 yes.", { speaker: "Caller" });
  expect(cuesOf({ maxLineWidth: 42, maxLineCount: 2 }, agent, caller)).toEqual([
    "0-3500 Agent: Ask not what your country can do.",
    "3500-4500 Caller: Well, yes.",
  ]);
});
