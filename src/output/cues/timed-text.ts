/** A segment's text by the times of its words; where it has none, by its own times and its characters. */
import type { Segment } from "../../transcript.js";
import { toMilliseconds } from "../time.js";

interface Span {
  /** In `text`, without white space around. */
  readonly from: number;
  readonly to: number;
  readonly startMs: number;
  readonly endMs: number;
}

export class TimedText {
  readonly text: string;
  readonly #spans: readonly Span[];

  /** `notBeforeMs`: where times begin that are no times, or go backwards. */
  constructor(segment: Segment, notBeforeMs: number) {
    const words = wordsOf(segment);
    const spans: Span[] = [];
    let text = "";
    let previousMs = notBeforeMs;
    for (const { word, startSeconds, endSeconds } of words) {
      const from = text.length + (word.length - word.trimStart().length);
      text += word;
      const to = Math.max(from, text.length - (word.length - word.trimEnd().length));
      const startMs = Math.max(toMilliseconds(startSeconds) ?? previousMs, previousMs);
      const endMs = Math.max(toMilliseconds(endSeconds) ?? startMs, startMs);
      if (to > from) spans.push({ from, to, startMs, endMs });
      previousMs = startMs;
    }
    this.text = text;
    // Words may overlap by their times; one has been said when the next begins.
    this.#spans = spans.map((span, i) => ({
      ...span,
      endMs: Math.min(span.endMs, spans[i + 1]?.startMs ?? span.endMs),
    }));
  }

  /** When the characters from `from` to `to` (exclusive; at least one of them no space) are said. */
  timesOf(from: number, to: number): { readonly startMs: number; readonly endMs: number } {
    const first = this.#spans.find((span) => span.to > from)!;
    const last = this.#spans.findLast((span) => span.from < to)!;
    const startMs = timeWithin(first, from);
    return { startMs, endMs: Math.max(startMs, timeWithin(last, to)) };
  }
}

/** Its words where they add up to its text; else all of it as one. */
function wordsOf(segment: Segment) {
  const { words, text } = segment;
  if (words !== undefined && withoutSpaces(words.map(({ word }) => word).join("")) === withoutSpaces(text)) {
    return words;
  }
  return [{ word: text, startSeconds: segment.startSeconds, endSeconds: segment.endSeconds }];
}

function withoutSpaces(text: string): string {
  return text.replace(/\s+/gu, "");
}

function timeWithin({ from, to, startMs, endMs }: Span, at: number): number {
  const fraction = Math.min(Math.max((at - from) / (to - from), 0), 1);
  return Math.round(startMs + fraction * (endMs - startMs));
}
