/** Where cues end and how their lines break, by examples; cue-rules.test.ts has the rules over random words. */
import { expect, test } from "vitest";
import type { Segment } from "../../../src/transcript.js";
import { segment } from "../segments.js";
import { evenly, read, spoken, write } from "./documents.js";

/** Cues as their lines, joined by "|". */
function cuesOf(...segments: Segment[]): string[] {
  return read(write("srt", segments)).map(({ lines }) => lines.join("|"));
}

const NATURAL = 0.35;

test("sentences that fill a cue each get their own", () => {
  const text = "He began a confused complaint to her. The wizard did not seem to hear any of it.";
  expect(cuesOf(evenly(text, 0, NATURAL))).toEqual([
    "He began a confused complaint to her.",
    "The wizard did not seem to hear any of it.",
  ]);
});

test("fragments join their neighbour", () => {
  expect(cuesOf(evenly("Yes. I know that. Thank you.", 0, NATURAL))).toEqual([
    "Yes. I know that. Thank you.",
  ]);
});

test("also when they come in segments of their own", () => {
  const segments = [evenly("Hi, Michelle.", 0, NATURAL), evenly("My name is Jack.", 0.8, NATURAL)];
  expect(cuesOf(...segments)).toEqual(["Hi, Michelle. My name is Jack."]);
});

test("a sentence goes on over the end of a segment", () => {
  const segments = [evenly("I got a car from", 0, NATURAL), evenly("your dealership.", 1.75, NATURAL)];
  expect(cuesOf(...segments)).toEqual(["I got a car from your dealership."]);
});

test("a sentence too long for a cue ends it at a comma, not in the middle", () => {
  const text =
    "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.";
  expect(cuesOf(evenly(text, 0, NATURAL))).toEqual([
    "And so, my fellow Americans,|ask not what your country can do for you,",
    "ask what you can do for your country.",
  ]);
});

test("without a comma it ends at a pause", () => {
  const before = evenly("the first half of this sentence is as long", 0, NATURAL);
  const after = evenly("as it may well be that it gets and then some more", 4, NATURAL);
  const words = [...before.words!, ...after.words!];
  const whole = segment({ text: words.map(({ word }) => word).join(""), words, endSeconds: 9 });
  expect(cuesOf(whole)).toEqual([
    "the first half of this sentence is as long",
    "as it may well be that|it gets and then some more",
  ]);
});

test("without a pause it is parted evenly, and an article stays with its noun", () => {
  const text =
    "we could also have looked for the rental car that was available to you at no charge whatsoever during those days";
  const cues = cuesOf(evenly(text, 0, NATURAL));
  expect(cues).toHaveLength(2);
  for (const cue of cues) {
    expect(cue.length).toBeGreaterThan(40);
    expect(cue).not.toMatch(/ (?:the|to|at|no|was)(?:\||$)/);
  }
});

test("what stops at a title or an initial is no sentence", () => {
  const text =
    "She asked to see Mr. J. Darcy about the ball at Netherfield. He was not at all pleased with it.";
  expect(cuesOf(evenly(text, 0, NATURAL))[0]).toBe(
    "She asked to see Mr. J. Darcy|about the ball at Netherfield.",
  );
});

test("nor does a.m. before a word in lower case", () => {
  const text = "So I have an 8 a.m. appointment for Jack in the system for two days from now, you know.";
  expect(cuesOf(evenly(text, 0, NATURAL)).join(" ")).not.toMatch(/a\.m\.(?:$|\|| \d)/);
});

test("a comma is a better end than a pause behind a conjunction", () => {
  const before = evenly("I might have to call you back just to finalize the appointment, but", 0, 0.3);
  const after = evenly("I just need to call my boss at my job and ask.", 4.5, 0.3);
  const words = [...before.words!, ...after.words!];
  const whole = segment({ text: words.map(({ word }) => word).join(""), words, endSeconds: 9 });
  expect(cuesOf(whole)).toEqual([
    "I might have to call you back just|to finalize the appointment,",
    "but I just need to call|my boss at my job and ask.",
  ]);
});

test("silence of two seconds is in no cue", () => {
  expect(cuesOf(spoken("0 Well, 2.4 yes."))).toEqual(["Well,", "yes."]);
});

test("a cue stays until it can be read, into the pause but not into the next cue", () => {
  const fast = evenly("This was said so fast that nobody could have read it.", 0, 0.1);
  const [cue] = read(write("srt", [fast, evenly("Then silence.", 5, NATURAL)]));
  expect(cue).toMatchObject({ startMs: 0, endMs: 53 * 50 });
  const [crowded] = read(
    write("srt", [fast, evenly("And on it goes without a break at all here.", 1.1, NATURAL)]),
  );
  expect(crowded).toMatchObject({ startMs: 0, endMs: 1100 });
});

test("without word times, characters tell when a part is said", () => {
  const text =
    " Ask not what your country can do for you or your brother, ask what you can do for your country and its people.";
  const cues = read(write("srt", [segment({ text, startSeconds: 10, endSeconds: 20 })]));
  expect(cues.map(({ lines }) => lines.join(" "))).toEqual([
    "Ask not what your country can do for you or your brother,",
    "ask what you can do for your country and its people.",
  ]);
  expect(cues[1]!.startMs).toBe(10_000 + Math.round((10_000 * 58) / 110));
});

test("words that do not add up to the text are not trusted", () => {
  const odd = spoken("0 Something 1 else.", { text: " The text.", startSeconds: 3, endSeconds: 5 });
  expect(read(write("srt", [odd]))).toEqual([{ startMs: 3000, endMs: 5000, lines: ["The text."] }]);
});

test("full-width characters take two columns, no line begins with a closing mark, sentences end cues", () => {
  const text = "客観的実在の判断的知識が成立するのである。そして、それは「真理」と呼ばれている。";
  expect(cuesOf(segment({ text, startSeconds: 0, endSeconds: 8 }))).toEqual([
    "客観的実在の判断的知識が成立するのである。",
    "そして、それは「真理」と呼ばれている。",
  ]);
});

test("Thai breaks at spaces between clauses, else between words, and keeps its marks on their letters", () => {
  const text = "ผมไม่รู้ว่าจะทำอย่างไร แต่ผมคิดว่าเราควรจะเริ่มต้นใหม่อีกครั้ง";
  expect(cuesOf(segment({ text, startSeconds: 0, endSeconds: 5 }))).toEqual([text.replace(" ", "|")]);
  const long = "ผมไม่รู้ว่าจะทำอย่างไรกับเรื่องนี้แต่ผมคิดว่าเราควรจะเริ่มต้นใหม่อีกครั้งหนึ่ง";
  const lines = cuesOf(segment({ text: long, startSeconds: 0, endSeconds: 6 }))
    .join("|")
    .split("|");
  expect(lines.join("")).toBe(long);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).not.toMatch(/^\p{M}/u);
});

test("a word longer than any line is cut between graphemes", () => {
  const family = "👩‍👩‍👧‍👦";
  const cues = cuesOf(segment({ text: family.repeat(50), startSeconds: 0, endSeconds: 10 }));
  expect(cues.join("").replaceAll("|", "")).toBe(family.repeat(50));
  for (const line of cues.join("|").split("|")) expect(line.replaceAll(family, "")).toBe("");
});
