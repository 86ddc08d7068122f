/**
 * A recording from end to end: media → mel and VAD → windows → Whisper → segments, read top to bottom in `transcribeFast`. Every stage
 * pulls from the one before, so the slowest sets the pace and memory does not grow with the recording.
 */
import { openMedia } from "../audio/media.js";
import { MubblesError } from "../errors.js";
import type { TranscribeEvent } from "../events.js";
import type { Engine } from "../model/engine.js";
import { SileroVad } from "../model/silero.js";
import { hasText } from "../model/window.js";
import { traceCounter, traceSpan } from "../tracing.js";
import { SAMPLE_RATE_HZ, WINDOW_SECONDS } from "../units.js";
import { type Channel, channelsOf } from "./channels.js";
import { decodeWhole, spokenSamples } from "./decode-window.js";
import { encodeText } from "./encode-text.js";
import { inOrder } from "./in-order.js";
import { withoutInvented } from "./invented-text.js";
import { placeSegments } from "./place-segments.js";
import { type PlannedWindow, planWindows, type StageClock } from "./plan-windows.js";
import { readAhead } from "./read-ahead.js";
import { transcribeReference } from "./reference/transcribe-reference.js";
import { addUp, noTotals, timingsOf } from "./totals.js";
import type { TranscribeOptions } from "./transcribe-options.js";
import { Turns } from "./turns.js";

/** In a recording longer than this (or of unknown length) the first window is short: one more costs little, and text comes earlier. */
const LONG_RECORDING_SECONDS = 180;
const EARLY_WINDOW_SECONDS = 12;
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
  let models: readonly SileroVad[] = [];
  const totals = noTotals();
  const turns = new Turns();
  let speechSamples = 0;
  let positionSeconds = 0;
  let language: string | undefined;
  let likelyLanguage: string | undefined;
  try {
    channels = channelsOf(input, media, options, engine);
    if (detection !== undefined) models = await SileroVad.loadSeveral(channels.length);
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
    engine.expectWindows(true);
    const known = readAhead(windows, () => engine.expectWindows(false));
    let underWay = 0;
    const decode = async (window: PlannedWindow) => {
      const { recording } = channels[window.channel]!;
      traceCounter("text", "windows under way", ++underWay);
      const parts = await decodeWhole(window, { options, engine, aligner, recording, prompt });
      traceCounter("text", "windows under way", --underWay);
      return parts;
    };
    // One more than the engine works on, so that it never waits for mel or VAD; but the first text comes as early as it can.
    const firstWindows = engine.encodesAhead ? engine.maxWindows : 1;
    for await (const parts of inOrder(known, decode, engine.maxWindows + 1, firstWindows)) {
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
    for (const model of models) model.free();
  }
  // Fails where the model did, also if nothing was said that it was needed for.
  const loadSeconds = await engine.loaded;
  traceSpan("session", "transcribe", began, { input });
  const timings = timingsOf({ totals, clock, loadSeconds, beganMs: began, speechSamples });
  yield { type: "end", timings, language: language ?? likelyLanguage };
}
