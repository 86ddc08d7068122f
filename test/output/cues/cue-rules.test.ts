/** The rules of subtitles over random words and gaps: thousands of documents from seeds, each held against every rule. */
import { describe, expect, test } from "vitest";
import { columnsOf } from "../../../src/output/cues/columns.js";
import { createWriter } from "../../../src/output/formats.js";
import { foldSpaces } from "../../../src/output/text.js";
import type { Segment, Word } from "../../../src/transcript.js";
import { mulberry32, nastySegments, segment } from "../segments.js";
import { type ReadCue, read, write } from "./documents.js";

const DOCUMENTS = 3000;

type Random = () => number;

const LATIN =
  "I am a the and of to but yes no well cat house morning wonderful calling appointment understanding".split(
    " ",
  );
const MARKS = ["", "", "", "", "", ",", ",", ".", ".", "?", "!", "...", ";", ":", " -", "—", '."', ",)"];
const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  Chinese: ["我", "们", "知识", "真理", "。", "，", "！", "「", "」", "的", "是", "客观", "、"],
  Japanese: ["これは", "テスト", "です", "。", "、", "ー", "っ", "字幕", "！？", " "],
  Thai: ["ผม", "ไม่รู้", "ว่า", "จะ", "ทำ", "อย่างไร", " ", "กับ"],
  Arabic: [" مرحبا", " بالعالم", "،", " هذا", " اختبار", "؟", " طويل", "."],
  Hebrew: [" שלום", " עולם", ",", " זה", " מבחן", "."],
  emoji: [" 👩‍👩‍👧‍👦", " 👍🏽", "🎉", " ok", " e\u0301te\u0301", "!", " 🇩🇪"],
  long: [
    ` ${"Donaudampfschifffahrts".repeat(3)}`,
    ` ${"x".repeat(200)}`,
    " a",
    "、",
    ".",
    " AT&T",
    " -->",
    " <i>",
  ],
};

function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}

function latinWord(random: Random): string {
  return ` ${oneOf(random, LATIN)}${oneOf(random, MARKS)}`;
}

interface Timing {
  readonly secondsPerCharacter: number;
  readonly pauseChance: number;
  /** Chance of a word of no length, or one that runs into the next. */
  readonly mess: number;
}

function randomTiming(random: Random): Timing {
  return {
    secondsPerCharacter: oneOf(random, [0.005, 0.03, 0.06, 0.06, 0.1, 0.4]),
    pauseChance: oneOf(random, [0, 0.1, 0.3]),
    mess: oneOf(random, [0, 0, 0.2]),
  };
}

/** Segments of random words, one after the other. */
function speech(
  random: Random,
  wordOf: (random: Random) => string,
  fields: Partial<Segment> = {},
): Segment[] {
  const timing = randomTiming(random);
  let seconds = random() * 5;
  return Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
    const words: Word[] = Array.from({ length: 1 + Math.floor(random() * 25) }, () => {
      if (random() < timing.pauseChance) seconds += oneOf(random, [0.1, 0.3, 0.6, 1.5, 2.5, 9]);
      const word = wordOf(random);
      const startSeconds = seconds;
      seconds += word.length * timing.secondsPerCharacter;
      let endSeconds = seconds;
      if (random() < timing.mess)
        endSeconds = oneOf(random, [startSeconds, seconds + 0.5, seconds + 9, startSeconds - 1]);
      return { word, startSeconds, endSeconds, probability: random() };
    });
    const text = words.map(({ word }) => word).join("");
    const hasWords = random() < 0.8;
    return segment({
      text,
      startSeconds: words[0]!.startSeconds,
      endSeconds: Math.max(seconds, words.at(-1)!.endSeconds),
      ...(hasWords ? { words } : {}),
      ...fields,
    });
  });
}

/** The rules that hold for every document, whatever was said, and that this one breaks. (An `expect` for each line would take minutes.) */
function brokenRules(cues: readonly ReadCue[]): string[] {
  return cues.flatMap(({ startMs, endMs, lines }, i) => {
    const seconds = (endMs - startMs) / 1000;
    const widths = lines.map(columnsOf);
    const next = cues[i + 1];
    // A cue that is faster to go than to read has the next one at its heels.
    const hasRoom = next === undefined || endMs < next.startMs;
    const broken = {
      "more than two lines": lines.length > 2,
      "an empty line": lines.some((line) => line.trim() === ""),
      "a line of more than 42 columns": widths.some((columns) => columns > 42),
      "shorter than a second": seconds < 1,
      "longer than seven seconds": seconds > 7,
      "overlaps the next": next !== undefined && next.startMs < endMs,
      "too fast, with room to stay":
        hasRoom && widths.reduce((sum, columns) => sum + columns, 0) / seconds > 20,
    };
    const names = Object.entries(broken).flatMap(([name, isBroken]) => (isBroken ? [name] : []));
    return names.map((name) => `${name}: ${startMs} ${endMs} ${lines.join(" | ")}`);
  });
}

/** Everything but white space, and what has no width by itself at the start of a word. */
function characters(text: string): string {
  return text.replace(/[\s\p{Cf}]/gu, "");
}

function textOf(cues: readonly ReadCue[]): string {
  return cues.flatMap(({ lines }) => lines).join(" ");
}

describe.each(["Latin", ...Object.keys(SCRIPTS)])("%s", (script) => {
  const pieces = SCRIPTS[script];
  const wordOf = (random: Random) => (pieces === undefined ? latinWord(random) : oneOf(random, pieces));

  test("every rule holds, nothing is lost or invented", () => {
    for (let seed = 1; seed <= DOCUMENTS / 8; seed++) {
      const segments = speech(mulberry32(seed), wordOf);
      const said = segments.map(({ text }) => text).join(" ");
      const cues = read(write("srt", segments));
      expect(brokenRules(cues)).toEqual([]);
      expect(characters(textOf(cues))).toBe(characters(said).replace(/-{2,}>/g, "->"));
      if (pieces === undefined) expect(textOf(cues)).toBe(foldSpaces(said));
    }
  });
});

describe("of Latin words", () => {
  test("a cue begins with its first word, or behind the cue before it", () => {
    for (let seed = 1; seed <= DOCUMENTS / 4; seed++) {
      const random = mulberry32(seed);
      const segments = speech(random, (r) => ` w${Math.floor(r() * 1e9)}`).filter(
        ({ words }) => words !== undefined,
      );
      const starts = new Map(
        segments.flatMap(({ words }) => words!).map(({ word, startSeconds }) => [word.trim(), startSeconds]),
      );
      let previousEndMs = -1;
      for (const { startMs, endMs, lines } of read(write("srt", segments))) {
        const wordMs = Math.round(starts.get(lines[0]!.split(" ")[0]!)! * 1000);
        if (startMs !== previousEndMs) expect(startMs).toBe(wordMs);
        else expect(startMs).toBeGreaterThanOrEqual(wordMs);
        previousEndMs = endMs;
      }
    }
  });

  test("what is written is never taken back, and with its end it is a document that keeps the rules", () => {
    for (let seed = 1; seed <= DOCUMENTS / 10; seed++) {
      const segments = speech(mulberry32(seed), latinWord);
      const whole = write("srt", segments);
      const writer = createWriter("srt", {});
      let written = "";
      for (const [i, entry] of segments.entries()) {
        written += writer.segment(entry);
        expect(whole.startsWith(written)).toBe(true);
        const stopped = write("srt", segments.slice(0, i + 1));
        expect(stopped.startsWith(written)).toBe(true);
        expect(brokenRules(read(stopped))).toEqual([]);
      }
    }
  });

  test("little is held back", () => {
    for (let seed = 1; seed <= DOCUMENTS / 10; seed++) {
      const writer = createWriter("srt", {});
      let said = "";
      let written = "";
      for (const entry of speech(mulberry32(seed), latinWord)) {
        said += characters(entry.text);
        written += writer.segment(entry);
        const seen = characters(textOf(read(written)));
        expect(said.length - seen.length).toBeLessThanOrEqual(5 * 2 * 42);
      }
    }
  });
});

test("careless segments keep the rules", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const segments = nastySegments(seed, 40).map(({ speaker: _, ...entry }) => entry);
    expect(brokenRules(read(write("srt", segments)))).toEqual([]);
  }
});

/** The dashes of cues that two share cannot be told from those in the text. */
function withoutDashes(text: string): string {
  return foldSpaces(text.replace(/(?<= |^)-(?= |$)/gm, ""));
}

describe("several speakers", () => {
  function conversation(random: Random, speakers: readonly string[]): Segment[] {
    const all = speakers.flatMap((speaker, channel) => speech(random, latinWord, { speaker, channel }));
    return all.sort((a, b) => a.startSeconds - b.startSeconds);
  }

  test.each(["srt", "vtt"] as const)("%s keeps the rules, whoever interrupts whom", (format) => {
    for (let seed = 1; seed <= DOCUMENTS / 4; seed++) {
      const random = mulberry32(seed);
      const segments = conversation(random, ["Agent", "Caller", "Supervisor"].slice(0, 2 + (seed % 2)));
      const file = write(format, segments);
      const cues = read(file).map((cue) => ({
        ...cue,
        lines: cue.lines.map((line) => line.replace(/<[^>]*>/g, "")),
      }));
      expect(brokenRules(cues)).toEqual([]);
    }
  });

  test("each one's words are all there, in order, under the right name", () => {
    for (let seed = 1; seed <= DOCUMENTS / 4; seed++) {
      const segments = conversation(mulberry32(seed), ["Agent", "Caller"]);
      const heard: Record<string, string> = { Agent: "", Caller: "" };
      for (const [, speaker, text] of write("vtt", segments).matchAll(/<v (\w+)>([^<]*)<\/v>/g)) {
        heard[speaker!] += ` ${text}`;
      }
      for (const [speaker, text] of Object.entries(heard)) {
        const said = segments.filter((entry) => entry.speaker === speaker).map((entry) => entry.text);
        expect(withoutDashes(text)).toBe(withoutDashes(said.join(" ")));
      }
    }
  });

  test("what is written is never taken back, and with its end it is a document that keeps the rules", () => {
    for (let seed = 1; seed <= DOCUMENTS / 30; seed++) {
      const segments = conversation(mulberry32(seed), ["Agent", "Caller"]);
      const whole = write("srt", segments);
      const writer = createWriter("srt", {});
      let written = "";
      for (const [i, entry] of segments.entries()) {
        written += writer.segment(entry);
        expect(whole.startsWith(written)).toBe(true);
        const stopped = write("srt", segments.slice(0, i + 1));
        expect(stopped.startsWith(written)).toBe(true);
        expect(brokenRules(read(stopped))).toEqual([]);
      }
    }
  });
});
