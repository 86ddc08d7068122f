/**
 * Cues by openai/whisper's options of width and of words, as its SubtitlesWriter.iterate_result makes them
 * (utils.py:134-228 at c0d2f62), but as the segments come. Widths are characters there, not columns.
 */
import type { Segment } from "../../transcript.js";
import { foldSpaces } from "../text.js";
import { toMilliseconds } from "../time.js";
import { atomsOf } from "./atoms.js";

export interface WordCueOptions {
  /** undefined: lines as long as the text. */
  readonly maxLineWidth: number | undefined;
  /** Counts only together with `maxLineWidth`; a cue then runs over the ends of segments. */
  readonly maxLineCount: number | undefined;
  /** Has no effect beside `maxLineWidth`. */
  readonly maxWordsPerLine: number | undefined;
  /** A cue for each word, in which it is highlighted. */
  readonly highlightWords: boolean;
}

export interface WordCue {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | undefined;
  /** They add up to the text; one that begins a line begins with a line break. */
  readonly words: readonly string[];
  /** Place in `words`; undefined where none is. */
  readonly highlighted: number | undefined;
}

interface TimedWord {
  readonly word: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A pause that ends a cue where cues run over the ends of segments. */
const LONG_PAUSE_MS = 3000;
const UNLIMITED = 1000;
const LINE_ENDS = /[\p{Cc}\u2028\u2029]/gu;

export class WordCueComposer {
  readonly #highlightWords: boolean;
  readonly #maxLineWidth: number;
  readonly #maxLineCount: number | undefined;
  readonly #maxWordsPerLine: number;
  readonly #keepsSegments: boolean;
  #speaker: string | undefined;
  /** The words of the cue under way. */
  #words: TimedWord[] = [];
  #lineLength = 0;
  #lineCount = 1;
  #lastStartMs = 0;
  /** Of several speakers, whose cues would overlap: end of the last cue. */
  #freeFromMs = 0;

  constructor(options: WordCueOptions) {
    this.#highlightWords = options.highlightWords;
    this.#maxLineWidth = options.maxLineWidth ?? UNLIMITED;
    this.#maxLineCount = options.maxLineCount;
    this.#maxWordsPerLine = options.maxWordsPerLine ?? UNLIMITED;
    this.#keepsSegments = options.maxLineCount === undefined || options.maxLineWidth === undefined;
  }

  add(segment: Segment): WordCue[] {
    const cues: WordCue[] = [];
    const speaker = foldSpaces(segment.speaker ?? "") || undefined;
    const words = timedWords(segment, this.#speaker === speaker ? this.#lastStartMs : 0);
    if (words.length === 0) return cues;
    if (speaker !== this.#speaker) {
      cues.push(...this.#end());
      this.#lineLength = 0;
      this.#speaker = speaker;
      this.#lastStartMs = words[0]!.startMs;
    }
    for (const [i, word] of words.entries()) cues.push(...this.#push(word, i % this.#maxWordsPerLine === 0));
    return cues;
  }

  finish(): WordCue[] {
    return this.#end();
  }

  /** `beginsChunk`: it is the first word of a segment, or of another line by the number of words. */
  #push(timed: TimedWord, beginsChunk: boolean): WordCue[] {
    const { word, startMs } = timed;
    const length = lengthOf(word);
    const isLongPause = !this.#keepsSegments && startMs - this.#lastStartMs > LONG_PAUSE_MS;
    const hasRoom = this.#lineLength + length <= this.#maxLineWidth;
    const breaksSegment = beginsChunk && this.#words.length > 0 && this.#keepsSegments;
    this.#lastStartMs = startMs;
    if (this.#lineLength > 0 && hasRoom && !isLongPause && !breaksSegment) {
      this.#lineLength += length;
      this.#words.push(timed);
      return [];
    }
    const isFull =
      this.#words.length > 0 &&
      this.#maxLineCount !== undefined &&
      (isLongPause || this.#lineCount >= this.#maxLineCount);
    let cues: WordCue[] = [];
    let text = word.trim();
    if (isFull || breaksSegment) {
      cues = this.#end();
    } else if (this.#lineLength > 0) {
      this.#lineCount++;
      text = `\n${text}`;
    }
    this.#lineLength = lengthOf(word.trim());
    this.#words.push({ ...timed, word: text });
    return cues;
  }

  #end(): WordCue[] {
    const timed = this.#words;
    const first = timed[0];
    if (first === undefined) return [];
    this.#words = [];
    this.#lineCount = 1;
    const words = timed.map(({ word }) => word);
    const cue = { speaker: this.#speaker, words, highlighted: undefined };
    const whole = { ...cue, startMs: first.startMs, endMs: timed.at(-1)!.endMs };
    if (!this.#highlightWords) return this.#inTurn([whole]);
    const cues: WordCue[] = [];
    let lastMs = first.startMs;
    for (const [highlighted, { startMs, endMs }] of timed.entries()) {
      if (startMs > lastMs) cues.push({ ...cue, startMs: lastMs, endMs: startMs });
      cues.push({ ...cue, startMs, endMs, highlighted });
      lastMs = endMs;
    }
    return this.#inTurn(cues);
  }

  /** openai/whisper knows one speaker; the cues of several are moved behind one another. */
  #inTurn(cues: readonly WordCue[]): WordCue[] {
    if (this.#speaker === undefined) return [...cues];
    return cues.map((cue) => {
      const startMs = Math.max(cue.startMs, this.#freeFromMs);
      const endMs = Math.max(cue.endMs, startMs + Math.max(0, cue.endMs - cue.startMs));
      this.#freeFromMs = endMs;
      return { ...cue, startMs, endMs };
    });
  }
}

/** The words with their leading spaces, or what would be words where the segment has none. */
function timedWords(segment: Segment, notBeforeMs: number): TimedWord[] {
  if (segment.words === undefined) {
    return atomsOf(segment, notBeforeMs).map(({ text, spaceColumns, startMs, endMs }) => ({
      word: spaceColumns > 0 ? ` ${text}` : text,
      startMs,
      endMs,
    }));
  }
  let previousMs = notBeforeMs;
  return segment.words.flatMap((entry) => {
    const word = entry.word.replace(LINE_ENDS, " ");
    if (word.trim() === "") return [];
    const startMs = Math.max(toMilliseconds(entry.startSeconds) ?? previousMs, previousMs);
    const endMs = Math.max(toMilliseconds(entry.endSeconds) ?? startMs, startMs);
    previousMs = startMs;
    return [{ word, startMs, endMs }];
  });
}

function lengthOf(text: string): number {
  return [...text].length;
}
