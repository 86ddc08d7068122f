/**
 * SRT and WebVTT. Cues by the rules of subtitles (cues/cue-composer.ts), or by openai/whisper's options where one of them is given
 * (cues/word-cues.ts); blocks as its utils.py at c0d2f62 writes them (WriteSRT, WriteVTT). Where a recording has speakers, SRT
 * says the name where the speaker changes (in every cue of word-cues.ts), and WebVTT has a voice tag in every cue.
 * @see https://www.w3.org/TR/webvtt1/
 */
import type { Segment } from "../transcript.js";
import { joined } from "./cues/atoms.js";
import { columnsOf, slicesOf } from "./cues/columns.js";
import { CueComposer } from "./cues/cue-composer.js";
import { linesOf } from "./cues/lines.js";
import { type Cue, type CuePart, DASH } from "./cues/screen.js";
import { type WordCue, WordCueComposer, type WordCueOptions } from "./cues/word-cues.js";
import { lineOf } from "./text.js";
import { srtTimestamp, vttTimestamp } from "./time.js";
import type { TranscriptWriter } from "./writer.js";

/** A longer name would leave the text no room. */
const LONGEST_NAME_COLUMNS = 24;

export function srtWriter(wordCues: WordCueOptions | undefined): TranscriptWriter {
  let count = 0;
  return subtitleWriter(wordCues, {
    header: "",
    hasVisibleNames: true,
    escapeText: (text) => text,
    voice: (_, text) => text,
    block: (startMs, endMs, text) =>
      `${++count}\n${srtTimestamp(startMs)} --> ${srtTimestamp(endMs)}\n${text}\n\n`,
  });
}

export function vttWriter(wordCues: WordCueOptions | undefined): TranscriptWriter {
  return subtitleWriter(wordCues, {
    header: "WEBVTT\n\n",
    hasVisibleNames: false,
    escapeText: escapeVtt,
    voice: (speaker, text) =>
      speaker === undefined ? text : `<v ${escapeVtt(withoutArrows(speaker))}>${text}</v>`,
    block: (startMs, endMs, text) => `${vttTimestamp(startMs)} --> ${vttTimestamp(endMs)}\n${text}\n\n`,
  });
}

interface Dialect {
  readonly header: string;
  /** Names stand in the text, and take their room there. */
  readonly hasVisibleNames: boolean;
  escapeText(text: string): string;
  /** Text that is escaped, marked as its speaker's. */
  voice(speaker: string | undefined, text: string): string;
  block(startMs: number, endMs: number, text: string): string;
}

function subtitleWriter(wordCues: WordCueOptions | undefined, dialect: Dialect): TranscriptWriter {
  const label = (speaker: string | undefined) => (dialect.hasVisibleNames ? labelOf(speaker) : "");
  if (wordCues !== undefined) {
    const block = (cue: WordCue) => wordCueBlock(cue, label(cue.speaker), dialect);
    return writerOf(dialect.header, new WordCueComposer(wordCues), block);
  }
  const composer = new CueComposer((speaker) => columnsOf(label(speaker)));
  let previous: string | undefined;
  return writerOf(dialect.header, composer, ({ startMs, endMs, parts }: Cue) => {
    const only = parts.length === 1 ? parts[0] : undefined;
    const texts =
      only === undefined
        ? parts.map((part) => sharedLine(part, label(part.speaker), dialect))
        : [wholeCue(only, only.speaker === previous ? "" : label(only.speaker), dialect)];
    previous = parts.at(-1)?.speaker;
    return dialect.block(startMs, endMs, texts.join("\n"));
  });
}

interface Composer<C> {
  add(segment: Segment): C[];
  finish(): C[];
}

function writerOf<C>(header: string, composer: Composer<C>, block: (cue: C) => string): TranscriptWriter {
  const blocks = (cues: readonly C[]) => cues.map(block).join("");
  return {
    begin: () => header,
    segment: (segment) => (lineOf(segment) === "" ? "" : blocks(composer.add(segment))),
    end: () => blocks(composer.finish()),
  };
}

function wholeCue({ speaker, atoms }: CuePart, label: string, { escapeText, voice }: Dialect): string {
  const lines = linesOf(atoms, label, columnsOf(label)).map((line) => escapeText(withoutArrows(line)));
  return voice(speaker, lines.join("\n"));
}

/** One speaker's line in a cue that two share. */
function sharedLine({ speaker, atoms }: CuePart, label: string, { escapeText, voice }: Dialect): string {
  return voice(speaker, escapeText(withoutArrows(DASH + label + joined(atoms))));
}

/** Underlined as openai/whisper does it: the word without the space before it. */
function wordCueBlock(
  { startMs, endMs, speaker, words, highlighted }: WordCue,
  label: string,
  dialect: Dialect,
) {
  const texts = words.map((word, i) => {
    const text = dialect.escapeText(withoutArrows(word));
    return i === highlighted ? text.replace(/^(\s*)(.*)$/su, "$1<u>$2</u>") : text;
  });
  return dialect.block(startMs, endMs, dialect.voice(speaker, dialect.escapeText(label) + texts.join("")));
}

/** "Name: " */
function labelOf(speaker: string | undefined): string {
  return speaker === undefined ? "" : `${slicesOf(withoutArrows(speaker), LONGEST_NAME_COLUMNS)[0]}: `;
}

/** An arrow in the text would read as a line of times. */
function withoutArrows(text: string): string {
  return text.replace(/-{2,}>/g, "->");
}

function escapeVtt(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
