/** SRT and WebVTT as the writers make them, read back for the tests of the subtitle rules. */
import { createWriter, type OutputFormat, type WriterOptions } from "../../../src/output/formats.js";
import type { Segment, Word } from "../../../src/transcript.js";
import { segment } from "../segments.js";

export interface ReadCue {
  readonly startMs: number;
  readonly endMs: number;
  readonly lines: readonly string[];
}

export function write(
  format: OutputFormat,
  segments: readonly Segment[],
  options: WriterOptions = { showNoise: true },
): string {
  const writer = createWriter(format, options);
  const body = segments.map((entry) => writer.segment(entry)).join("");
  return writer.begin() + body + writer.end({ language: "en" });
}

const TIME = /^(?:(\d+):)?(\d\d):(\d\d)[,.](\d{3}) --> (?:(\d+):)?(\d\d):(\d\d)[,.](\d{3})$/;

/** Blocks of an SRT or WebVTT file; throws where one is not as it should be. */
export function read(file: string): ReadCue[] {
  const blocks = file.replace(/^WEBVTT\n\n/, "").split("\n\n");
  if (blocks.pop() !== "") throw new Error("the file does not end with an empty line");
  return blocks.map((block, i) => {
    const lines = block.split("\n");
    if (!file.startsWith("WEBVTT") && lines.shift() !== String(i + 1)) throw new Error(`no number: ${block}`);
    const times = TIME.exec(lines.shift() ?? "")
      ?.slice(1, 9)
      .map((part) => Number(part ?? 0));
    if (times === undefined || lines.length === 0) throw new Error(`no cue: ${block}`);
    const [h, m, s, ms, toH, toM, toS, toMs] = times as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return {
      startMs: ((h * 60 + m) * 60 + s) * 1000 + ms,
      endMs: ((toH * 60 + toM) * 60 + toS) * 1000 + toMs,
      lines,
    };
  });
}

/** A segment of words written as "start word" or "start..end word" in seconds, a word without end lasting 0.3 s. */
export function spoken(words: string, fields: Partial<Segment> = {}): Segment {
  const timed: Word[] = [...words.matchAll(/([\d.]+?)(?:\.\.([\d.]+))? (\S+)/g)].map(
    ([, start, end, word]) => ({
      word: ` ${word}`,
      startSeconds: Number(start),
      endSeconds: end === undefined ? Number(start) + 0.3 : Number(end),
      probability: 0.9,
    }),
  );
  return segment({
    text: timed.map(({ word }) => word).join(""),
    startSeconds: timed[0]!.startSeconds,
    endSeconds: timed.at(-1)!.endSeconds,
    words: timed,
    ...fields,
  });
}

/** The words of `text` at an even pace from `startSeconds` on. */
export function evenly(
  text: string,
  startSeconds: number,
  secondsPerWord: number,
  fields: Partial<Segment> = {},
): Segment {
  const words = text.split(" ").map((word, i) => ({
    word: ` ${word}`,
    startSeconds: startSeconds + i * secondsPerWord,
    endSeconds: startSeconds + (i + 1) * secondsPerWord,
    probability: 0.9,
  }));
  return segment({ text: ` ${text}`, startSeconds, endSeconds: words.at(-1)!.endSeconds, words, ...fields });
}
