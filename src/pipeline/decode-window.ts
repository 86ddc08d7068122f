/** One window through the engine, and again what the model left of it. */
import { assembleWindow } from "../dsp/mel.js";
import { discardBuffers } from "../model/discard.js";
import type { Engine } from "../model/engine.js";
import { hasText, type WindowRequest, type WindowResult } from "../model/window.js";
import { traceWork } from "../tracing.js";
import type { Word } from "../transcript.js";
import { FRAMES_PER_SECOND, HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_FRAMES } from "../units.js";
import { mayBeFaintSpeech } from "./invented-text.js";
import type { PlannedWindow } from "./plan-windows.js";
import type { TranscribeOptions } from "./transcribe-options.js";
import { windowWords } from "./words/window-words.js";

export interface DecodedWindow {
  readonly window: PlannedWindow;
  readonly result: WindowResult;
  /** Of each segment, where they are wanted. */
  readonly words: readonly (readonly Word[])[] | undefined;
}

/** What is left of a window must be at least this long, and spoken in, to be decoded again. */
const MIN_REST_SECONDS = 1;
/** Where so much is still spoken, a segment that begins must have text; with less the model may be right that it is none of a word. */
const SPOKEN_ON_SECONDS = 3;
/** How often one window may go on after a loop, or after the model has stopped: then there is no speech that it understands. */
const MAX_RESUMES = 3;

interface DecodeContext {
  readonly options: Pick<TranscribeOptions, "decoding" | "words">;
  readonly engine: Engine;
  readonly aligner: Engine | undefined;
  readonly recording: number;
  /** The same for every window: no text is fed from one to the next. */
  readonly prompt: readonly number[];
  /** What is known to be said in the first part of the window, as window.ts has it. */
  readonly said?: WindowRequest["said"];
  /** What was shown of the window's text, as window.ts has it. */
  readonly shown?: WindowRequest["shown"];
  /** Windows keep their columns, to be read again. */
  readonly keepsAudio?: boolean;
}

/** A window, and again what the model left of it: it may begin a segment at its end and say nothing more, or stop while somebody speaks. */
export async function decodeWhole(
  window: PlannedWindow,
  { options, engine, aligner, recording, prompt, said, shown, keepsAudio = false }: DecodeContext,
): Promise<DecodedWindow[]> {
  const parts: DecodedWindow[] = [];
  let { decoding } = options;
  let resumes = 0;
  for (let rest: PlannedWindow | undefined = window; rest !== undefined; ) {
    const { columns, startSample, endSample, speech }: PlannedWindow = rest;
    const speaksUntilSeconds = (lastSpeech(rest) - startSample) / SAMPLE_RATE_HZ;
    const decode = async (temperatures: readonly number[]): Promise<WindowResult> => {
      const began = performance.now();
      const audioFrames = columns.length / engine.nMels;
      // One of silence stands for all that follow.
      const frames = Math.min(audioFrames + 1, WINDOW_FRAMES);
      const mel = new Float32Array(engine.nMels * frames);
      assembleWindow(columns, audioFrames, engine.nMels, mel, frames);
      const result = await engine.decodeWindow({
        recording,
        mel,
        windowSeconds: (endSample - startSample) / SAMPLE_RATE_HZ,
        options: { ...decoding, temperatures },
        prompt,
        ...(parts.length === 0 && { said, shown }),
        speaksUntilSeconds,
        wantWords: options.words && aligner === undefined ? true : "before a rest",
        wordProbabilities: "search",
      });
      traceWork("text", "window", began, {
        start: startSample / SAMPLE_RATE_HZ,
        seconds: (endSample - startSample) / SAMPLE_RATE_HZ,
        tokens: result.tokenCount,
        temperature: result.temperature,
      });
      return result;
    };
    const { temperatures } = decoding;
    // Where nobody was heard the first temperature shows whether somebody whispers; noise is not worth five more. Nor is what the
    // model itself left out: a word or two that it is unsure of, and sampled at 1.0 they are any word.
    const isSure = speech.length > 0 && parts.length === 0;
    let result = await decode(isSure ? temperatures : temperatures.slice(0, 1));
    if (speech.length === 0 && mayBeFaintSpeech(result)) result = await decode(temperatures);
    const { task } = options.decoding;
    const words = options.words ? await windowWords(rest, result, { engine, aligner, task }) : undefined;
    parts.push({ window: rest, result, words });
    // The rest is the same window: it has no say of its own in which language is spoken.
    decoding = { ...decoding, language: result.language };
    const stoppedSeconds = stoppedAt(result, words, speaksUntilSeconds);
    if (result.isCut || stoppedSeconds !== undefined) resumes++;
    const resumeSeconds = unsaidFrom(result) ?? stoppedSeconds;
    rest =
      resumeSeconds === undefined || resumes > MAX_RESUMES
        ? undefined
        : restFrom(rest, resumeSeconds, engine.nMels, (aligner ?? engine).nMels);
  }
  if (!keepsAudio)
    discardBuffers(parts.flatMap(({ window: { columns, alignColumns } }) => [columns, alignColumns]));
  return parts;
}

/**
 * Where the model left a rest. In long windows it often gives whole seconds, and what it said behind that would be said twice ("by him." at 29.24 s,
 * a rest from 29.00 s on: "Byron."). A word that begins before is no sign: its end is less sure than its start.
 */
function unsaidFrom({ resumeSeconds, alignment = [] }: WindowResult): number | undefined {
  if (resumeSeconds === undefined) return undefined;
  return alignment.findLast(({ startSeconds }) => startSeconds >= resumeSeconds)?.endSeconds ?? resumeSeconds;
}

/**
 * Where the text ends although it is spoken on for long. A model stops as if all were said, now and then, at sound that it writes down to the
 * end when it begins elsewhere (docs/notes/guards.md); the reference leaves such a rest out.
 */
function stoppedAt(
  result: WindowResult,
  words: readonly (readonly Word[])[] | undefined,
  speaksUntilSeconds: number,
): number | undefined {
  const last = result.segments.findLast(hasText);
  const endSeconds = words?.flat().at(-1)?.endSeconds ?? last?.endSeconds;
  return endSeconds !== undefined && endSeconds < speaksUntilSeconds ? endSeconds : undefined;
}

/** The window from `resumeSeconds` on, where at least MIN_REST_SECONDS of it are speech. */
function restFrom(
  window: PlannedWindow,
  resumeSeconds: number,
  nMels: number,
  alignMels: number,
): PlannedWindow | undefined {
  const frames = Math.round(resumeSeconds * FRAMES_PER_SECOND);
  const startSample = window.startSample + frames * HOP_SAMPLES;
  const speech = window.speech
    .filter((span) => span.endSample > startSample)
    .map((span) => ({ ...span, startSample: Math.max(span.startSample, startSample) }));
  if (frames === 0 || spokenSamples({ speech }) < MIN_REST_SECONDS * SAMPLE_RATE_HZ) return undefined;
  const columns = window.columns.slice(frames * nMels);
  const alignColumns =
    window.alignColumns === window.columns ? columns : window.alignColumns.slice(frames * alignMels);
  return { ...window, startSample, speech, columns, alignColumns };
}

/** Behind this sample of the window less than SPOKEN_ON_SECONDS of it are speech. */
function lastSpeech({ startSample, speech }: PlannedWindow): number {
  let missing = SPOKEN_ON_SECONDS * SAMPLE_RATE_HZ;
  for (const span of [...speech].reverse()) {
    const length = span.endSample - span.startSample;
    if (length >= missing) return span.endSample - missing;
    missing -= length;
  }
  return startSample;
}

/** Samples in which somebody speaks. */
export function spokenSamples({ speech }: Pick<PlannedWindow, "speech">): number {
  return speech.reduce((sum, span) => sum + span.endSample - span.startSample, 0);
}
