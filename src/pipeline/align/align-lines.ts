/** Lines of a given text to segments with words, window by window. */
import { MubblesError } from "../../errors.js";
import type { TranscribeEvent } from "../../events.js";
import { compressionRatio } from "../../model/decoding/compression-ratio.js";
import type { Engine } from "../../model/engine.js";
import type { Word } from "../../transcript.js";
import { FRAMES_PER_SECOND, HOP_SAMPLES, SAMPLE_RATE_HZ } from "../../units.js";
import type { DecodedWindow } from "../decode-window.js";
import type { PlannedWindow } from "../plan-windows.js";
import { attentionLead } from "../words/attention-lead.js";
import { segmentWords } from "../words/segment-words.js";
import { alignTokens } from "../words/window-words.js";
import { assignWindows } from "./assign-windows.js";
import { type Piece, piecesOf } from "./pieces.js";

export interface AlignContext {
  /** For messages. */
  readonly input: string;
  readonly language: string;
  readonly engine: Engine;
  readonly aligner: Engine;
  readonly signal: AbortSignal;
}

/** Text of one window, and the line that it is a part of. */
interface Part {
  readonly line: number;
  readonly pieces: readonly Piece[];
}

/** Less of the text than this was heard: it belongs to something else. */
const LEAST_HEARD_SHARE = 0.1;
/** What the model's context of 448 tokens has room for, beside the start sequence and the end. */
const MOST_TOKENS = 440;

/** A segment event for each line that is not blank. TEXT_UNRELATED where the text is not what was heard. */
export async function* alignLines(
  lines: readonly string[],
  decoded: readonly DecodedWindow[],
  context: AlignContext,
): AsyncGenerator<TranscribeEvent> {
  const given = lines.flatMap((text, line) => piecesOf(text).map((piece) => ({ ...piece, line })));
  const heard = decoded.map(({ result }) => result.segments.flatMap(({ text }) => piecesOf(text)));
  const { windows, heardShare } = assignWindows(given, heard);
  if (heardShare < LEAST_HEARD_SHARE) {
    const percent = Math.round(heardShare * 100);
    throw new MubblesError("TEXT_UNRELATED", {
      where: context.input,
      detail: `${percent} % of its words were heard`,
    });
  }
  const wordsOfLine = lines.map((): Word[] => []);
  let notBeforeSeconds = 0;
  for (const [index, { window }] of decoded.entries()) {
    context.signal.throwIfAborted();
    const parts = partsOf(given.filter((_, i) => windows[i] === index));
    const trimmed = until(window, decoded[index + 1]?.window, context);
    for (const [i, words] of (await alignParts(trimmed, parts, context)).entries()) {
      for (const word of words) {
        const startSeconds = Math.max(word.startSeconds, notBeforeSeconds);
        notBeforeSeconds = Math.max(word.endSeconds, startSeconds);
        wordsOfLine[parts[i]!.line]!.push({ ...word, startSeconds, endSeconds: notBeforeSeconds });
      }
    }
  }
  let id = 0;
  for (const [line, words] of wordsOfLine.entries()) {
    if (words.length > 0) yield segmentEvent(id++, piecesOf(lines[line]!), words, context.aligner);
  }
}

function partsOf(pieces: readonly (Piece & { readonly line: number })[]): Part[] {
  const lines = [...new Set(pieces.map(({ line }) => line))];
  return lines.map((line) => ({ line, pieces: pieces.filter((piece) => piece.line === line) }));
}

/** A window as far as the next one: where the model left its end to be decoded again, both have it. */
function until(
  window: PlannedWindow,
  next: PlannedWindow | undefined,
  { engine, aligner }: AlignContext,
): PlannedWindow {
  if (next === undefined || next.startSample >= window.endSample) return window;
  const endSample = next.startSample;
  const frames = (endSample - window.startSample) / HOP_SAMPLES;
  return {
    ...window,
    endSample,
    speech: window.speech
      .filter((span) => span.startSample < endSample)
      .map((span) => ({ ...span, endSample: Math.min(span.endSample, endSample) })),
    columns: window.columns.slice(0, frames * engine.nMels),
    alignColumns: window.alignColumns.slice(0, frames * aligner.nMels),
  };
}

/** Words of each part in seconds of the recording. What finds no room in the model's context stands at the window's end. */
async function alignParts(
  window: PlannedWindow,
  parts: readonly Part[],
  { language, engine, aligner }: AlignContext,
): Promise<Word[][]> {
  if (parts.length === 0) return [];
  let room = MOST_TOKENS;
  const fitting = parts.map(({ pieces }) => {
    let count = pieces.length;
    let tokens = aligner.encode(textOf(pieces));
    while (tokens.length > room) tokens = aligner.encode(textOf(pieces.slice(0, --count)));
    room -= tokens.length;
    return { tokens, left: pieces.slice(count) };
  });
  const alignment = await alignTokens(
    window,
    fitting.flatMap(({ tokens }) => tokens),
    { aligner, language, task: "transcribe" },
  );
  const counts = fitting.map(({ tokens }) => tokens.length);
  const words = segmentWords(counts, alignment, {
    ...window,
    nMels: engine.nMels,
    lead: attentionLead(aligner),
  });
  const offsetSeconds = window.startSample / SAMPLE_RATE_HZ;
  const endSeconds = window.endSample / SAMPLE_RATE_HZ;
  return words.map((aligned, i) => [
    ...aligned.map((word) => ({
      ...word,
      startSeconds: toFrames(offsetSeconds + word.startSeconds),
      endSeconds: toFrames(offsetSeconds + word.endSeconds),
    })),
    ...fitting[i]!.left.map(({ text }) => ({
      word: text,
      startSeconds: endSeconds,
      endSeconds,
      probability: 0,
    })),
  ]);
}

/** Tidied of what adding up fractions leaves behind. */
function toFrames(seconds: number): number {
  return Math.round(seconds * FRAMES_PER_SECOND) / FRAMES_PER_SECOND;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join("");
}

function segmentEvent(
  id: number,
  pieces: readonly Piece[],
  words: readonly Word[],
  aligner: Engine,
): Extract<TranscribeEvent, { type: "segment" }> {
  const text = textOf(pieces);
  const startSeconds = words[0]!.startSeconds;
  const logprobs = words.map(({ probability }) => Math.log(Math.max(probability, Number.MIN_VALUE)));
  return {
    type: "segment",
    segment: {
      id,
      seekFrames: Math.round(startSeconds * FRAMES_PER_SECOND),
      startSeconds,
      endSeconds: words.at(-1)!.endSeconds,
      text,
      tokens: aligner.encode(text),
      temperature: 0,
      avgLogprob: logprobs.reduce((sum, logprob) => sum + logprob, 0) / words.length,
      compressionRatio: compressionRatio(text),
      noSpeechProb: 0,
      words,
    },
  };
}
