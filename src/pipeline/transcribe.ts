/**
 * A recording from end to end: media → mel and VAD → windows → Whisper → segments, read top to bottom in `transcribeFast`. Every stage
 * pulls from the one before, so the slowest sets the pace and memory does not grow with the recording.
 */
import { type Media, openMedia } from "../audio/media.js";
import { assembleWindow } from "../dsp/mel.js";
import { MubblesError } from "../errors.js";
import type { TranscribeEvent } from "../events.js";
import { discardBuffers } from "../model/discard.js";
import type { Engine } from "../model/engine.js";
import { SileroVad } from "../model/silero.js";
import { hasText, type WindowResult } from "../model/window.js";
import type { Segment, Word } from "../transcript.js";
import { FRAMES_PER_SECOND, HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_FRAMES, WINDOW_SECONDS } from "../units.js";
import { encodeText } from "./encode-text.js";
import { inOrder } from "./in-order.js";
import { mayBeFaintSpeech, withoutInvented } from "./invented-text.js";
import { placeSegments } from "./place-segments.js";
import { type PlannedWindow, planWindows, type StageClock } from "./plan-windows.js";
import { transcribeReference } from "./reference/transcribe-reference.js";
import { addUp, noTotals } from "./totals.js";
import type { TranscribeOptions } from "./transcribe-options.js";
import { Turns } from "./turns.js";
import { windowWords } from "./words/window-words.js";

export interface DecodedWindow {
  readonly window: PlannedWindow;
  readonly result: WindowResult;
  /** Of each segment, where they are wanted. */
  readonly words: readonly (readonly Word[])[] | undefined;
}

/** In a recording longer than this (or of unknown length) the first window is short: one more costs little, and text comes earlier. */
const LONG_RECORDING_SECONDS = 180;
const EARLY_WINDOW_SECONDS = 12;
/** What is left of a window must be at least this long, and spoken in, to be decoded again. */
const MIN_REST_SECONDS = 1;
/** How often one window may go on after a loop: what loops again and again is no speech that the model understands. */
const MAX_LOOPS = 3;
/** From this probability on a language is told, also of a recording without text. */
const LIKELY_LANGUAGE_PROBABILITY = 0.5;

/**
 * Events of one recording: warnings, then the language with the first text, segments with progress in between, the end last.
 * Throws MubblesError; INTERRUPTED when `signal` aborts. Leaving the loop early gives up the rest. `aligner` is a model that the
 * times of words are taken from, in the fast strategy.
 */
export async function* transcribe(
  input: string,
  options: TranscribeOptions,
  engine: Engine,
  signal: AbortSignal,
  aligner?: Engine,
): AsyncGenerator<TranscribeEvent> {
  const leave = new AbortController();
  const interrupted = new Promise<never>((_, reject) => {
    const stop = () => reject(new MubblesError("INTERRUPTED", { where: input }));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true, signal: leave.signal });
  });
  interrupted.catch(() => {});
  const run = options.strategy === "reference" ? transcribeReference : transcribeFast;
  const events = run(input, options, engine, AbortSignal.any([signal, leave.signal]), aligner);
  try {
    for (;;) {
      // The abort does not wait for a window under way: its result would come a second later.
      const next = await Promise.race([events.next(), interrupted]);
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    if (signal.aborted) throw new MubblesError("INTERRUPTED", { where: input });
    throw error;
  } finally {
    leave.abort();
    events.return(undefined).catch(() => {});
  }
}

async function* transcribeFast(
  input: string,
  options: TranscribeOptions,
  engine: Engine,
  signal: AbortSignal,
  aligner?: Engine,
): AsyncGenerator<TranscribeEvent> {
  const began = performance.now();
  const clock: StageClock = { mediaSeconds: 0, melSeconds: 0, vadSeconds: 0, audioSamples: 0 };
  const { channel, raw, vad: detection } = options;
  const media = await openMedia(input, { channel, signal, ...(raw === undefined ? {} : { raw }) });
  let channels: Channel[] = [];
  const models: SileroVad[] = [];
  const totals = noTotals();
  const turns = new Turns();
  let speechSamples = 0;
  let positionSeconds = 0;
  let language: string | undefined;
  let likelyLanguage: string | undefined;
  try {
    channels = channelsOf(input, media, options, engine);
    if (detection !== undefined) for (const _ of channels) models.push(await SileroVad.load());
    const isLong = (media.info.durationSeconds ?? Number.POSITIVE_INFINITY) > LONG_RECORDING_SECONDS;
    const maxFirstWindowSeconds = isLong ? EARLY_WINDOW_SECONDS : WINDOW_SECONDS;
    const vad = detection === undefined ? undefined : { models, detection, maxFirstWindowSeconds };
    const windows = planWindows(media.audio, {
      nMels: engine.nMels,
      alignMels: (aligner ?? engine).nMels,
      channels: channels.length,
      vad,
      clock,
    });
    const prompt = encodeText(options.initialPrompt, engine);
    const decode = (window: PlannedWindow) => {
      const { recording } = channels[window.channel]!;
      return decodeWhole(window, { options, engine, aligner, recording, prompt });
    };
    // One more than the engine works on, so that it never waits for mel or VAD; but the first text comes as early as it can.
    for await (const parts of inOrder(windows, decode, engine.maxWindows + 1, true)) {
      // What is decoded twice was spoken once.
      speechSamples += spokenSamples(parts[0]!.window);
      for (const part of parts) {
        const { window, result, words } = withoutInvented(part, options.decoding);
        const channel = channels[window.channel]!;
        if (result.languageProbability >= LIKELY_LANGUAGE_PROBABILITY) likelyLanguage ??= result.language;
        if (!channel.hasLanguage && result.segments.some(hasText)) {
          channel.hasLanguage = true;
          language ??= result.language;
          const { speaker } = channel.label;
          yield {
            type: "language",
            language: result.language,
            probability: result.languageProbability,
            speaker,
          };
        }
        for (const segment of placeSegments(result, window, 0, channel.endSeconds, words)) {
          channel.endSeconds = segment.endSeconds;
          turns.add({ ...segment, ...channel.label });
        }
        addUp(totals, result);
        positionSeconds = Math.max(positionSeconds, window.endSample / SAMPLE_RATE_HZ);
      }
      for (const segment of turns.take(parts[0]!.window.settledSample / SAMPLE_RATE_HZ)) {
        yield { type: "segment", segment };
      }
      yield { type: "progress", positionSeconds, durationSeconds: media.info.durationSeconds };
    }
    for (const segment of turns.take(Number.POSITIVE_INFINITY)) yield { type: "segment", segment };
    for (const error of media.problems) yield { type: "warning", error };
  } finally {
    for (const { recording } of channels) engine.endRecording(recording);
    await media.close();
    for (const model of models) await model.release();
  }
  const timings = {
    ...totals,
    loadSeconds: engine.loadSeconds,
    mediaSeconds: clock.mediaSeconds,
    melSeconds: clock.melSeconds,
    vadSeconds: clock.vadSeconds,
    totalSeconds: (performance.now() - began) / 1000,
    audioSeconds: clock.audioSamples / SAMPLE_RATE_HZ,
    speechSeconds: speechSamples / SAMPLE_RATE_HZ,
  };
  yield { type: "end", timings, language: language ?? likelyLanguage };
}

/** What is remembered of a channel, or of the recording where all are one. */
interface Channel {
  /** To the engine each is a recording of its own, with a language of its own. */
  readonly recording: number;
  /** What its segments are marked with. */
  readonly label: Pick<Segment, "channel" | "speaker">;
  hasLanguage: boolean;
  /** Of its last segment. */
  endSeconds: number;
}

/** Throws USAGE where there are more names than channels. */
function channelsOf(input: string, media: Media, options: TranscribeOptions, engine: Engine): Channel[] {
  const newChannel = (label: Channel["label"]): Channel => {
    return { recording: engine.newRecording(), label, hasLanguage: false, endSeconds: 0 };
  };
  if (options.channel !== "split") return [newChannel({})];
  const { speakers } = options;
  const { channels } = media.info;
  if (speakers.length > channels) {
    const detail = `${speakers.length} names in --speakers, but it has ${channels} channels`;
    throw new MubblesError("USAGE", { where: input, detail });
  }
  return Array.from({ length: channels }, (_, channel) =>
    newChannel({ channel, speaker: speakers[channel] ?? `Speaker ${channel + 1}` }),
  );
}

interface DecodeContext {
  readonly options: TranscribeOptions;
  readonly engine: Engine;
  readonly aligner: Engine | undefined;
  readonly recording: number;
  /** The same for every window: no text is fed from one to the next. */
  readonly prompt: readonly number[];
  /** Windows keep their columns, to be read again. */
  readonly keepsAudio?: boolean;
}

/** A window, and again what the model left of it: it may begin a segment at its end and say nothing more. */
export async function decodeWhole(
  window: PlannedWindow,
  { options, engine, aligner, recording, prompt, keepsAudio = false }: DecodeContext,
): Promise<DecodedWindow[]> {
  const parts: DecodedWindow[] = [];
  let { decoding } = options;
  let loops = 0;
  for (let rest: PlannedWindow | undefined = window; rest !== undefined; ) {
    const { columns, startSample, endSample, speech }: PlannedWindow = rest;
    const decode = (temperatures: readonly number[]): Promise<WindowResult> => {
      const mel = new Float32Array(engine.nMels * WINDOW_FRAMES);
      assembleWindow(columns, columns.length / engine.nMels, engine.nMels, mel);
      return engine.decodeWindow({
        recording,
        mel,
        windowSeconds: (endSample - startSample) / SAMPLE_RATE_HZ,
        options: { ...decoding, temperatures },
        prompt,
        wantWords: options.words && aligner === undefined,
      });
    };
    const { temperatures } = decoding;
    // Where nobody was heard the first temperature shows whether somebody whispers; noise is not worth five more.
    let result = await decode(speech.length > 0 ? temperatures : temperatures.slice(0, 1));
    if (speech.length === 0 && mayBeFaintSpeech(result)) result = await decode(temperatures);
    const { task } = options.decoding;
    const words = options.words ? await windowWords(rest, result, { engine, aligner, task }) : undefined;
    parts.push({ window: rest, result, words });
    // The rest is the same window: it has no say of its own in which language is spoken.
    decoding = { ...decoding, language: result.language };
    if (result.isCut) loops++;
    rest =
      result.resumeSeconds === undefined || loops > MAX_LOOPS
        ? undefined
        : restFrom(rest, result.resumeSeconds, engine.nMels, (aligner ?? engine).nMels);
  }
  if (!keepsAudio)
    discardBuffers(parts.flatMap(({ window: { columns, alignColumns } }) => [columns, alignColumns]));
  return parts;
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

function spokenSamples({ speech }: Pick<PlannedWindow, "speech">): number {
  return speech.reduce((sum, span) => sum + span.endSample - span.startSample, 0);
}
