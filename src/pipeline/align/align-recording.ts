/**
 * A given text aligned with a recording. What is spoken in each window is found out by transcribing it as the fast strategy does;
 * then every window gets its part of the given text, and the model says when each word of it is spoken.
 */
import { openMedia } from "../../audio/media.js";
import { MubblesError } from "../../errors.js";
import type { TranscribeEvent } from "../../events.js";
import type { Engine } from "../../model/engine.js";
import { SileroVad } from "../../model/silero.js";
import { SAMPLE_RATE_HZ, WINDOW_SECONDS } from "../../units.js";
import { type DecodedWindow, decodeWhole } from "../decode-window.js";
import { inOrder } from "../in-order.js";
import { planWindows, type StageClock } from "../plan-windows.js";
import { addUp, noTotals, timingsOf } from "../totals.js";
import type { TranscribeOptions } from "../transcribe-options.js";
import { alignLines } from "./align-lines.js";

/** Events as `transcribe` gives them, one segment for each line of `lines` that is not blank; the segments come last, all at once. */
export async function* alignRecording(
  lines: readonly string[],
  input: string,
  options: TranscribeOptions,
  engine: Engine,
  signal: AbortSignal,
  aligner: Engine | undefined,
): AsyncGenerator<TranscribeEvent> {
  const began = performance.now();
  const clock: StageClock = { mediaSeconds: 0, melSeconds: 0, vadSeconds: 0, audioSamples: 0 };
  const { channel, raw, vad: detection } = options;
  const media = await openMedia(input, { channel, signal, ...(raw === undefined ? {} : { raw }) });
  const recording = engine.newRecording();
  const totals = noTotals();
  const decoded: DecodedWindow[] = [];
  let models: readonly SileroVad[] = [];
  try {
    if (detection !== undefined) models = [await SileroVad.load()];
    const vad =
      detection === undefined ? undefined : { models, detection, maxFirstWindowSeconds: WINDOW_SECONDS };
    const alignMels = (aligner ?? engine).nMels;
    const windows = planWindows(media.audio, { nMels: engine.nMels, alignMels, channels: 1, vad, clock });
    const context = {
      options: { ...options, words: false },
      engine,
      aligner,
      recording,
      prompt: [],
      keepsAudio: true,
    };
    for await (const parts of inOrder(
      windows,
      (window) => decodeWhole(window, context),
      engine.maxWindows + 1,
    )) {
      decoded.push(...parts);
      for (const { result } of parts) addUp(totals, result);
      signal.throwIfAborted();
      const positionSeconds = parts[0]!.window.endSample / SAMPLE_RATE_HZ;
      yield { type: "progress", positionSeconds, durationSeconds: media.info.durationSeconds };
    }
    for (const error of media.problems) yield { type: "warning", error };
  } finally {
    engine.endRecording(recording);
    await media.close();
    for (const model of models) model.free();
  }
  const spoken = decoded.find(({ result }) => result.segments.length > 0);
  if (spoken === undefined)
    throw new MubblesError("TEXT_UNRELATED", { where: input, detail: "nobody was heard" });
  const { language, languageProbability: probability } = spoken.result;
  yield { type: "language", language, probability, speaker: undefined };
  yield* alignLines(lines, decoded, { input, language, engine, aligner: aligner ?? engine, signal });
  const speechSamples = decoded.reduce((sum, { window }) => sum + window.endSample - window.startSample, 0);
  const loadSeconds = await engine.loaded;
  const timings = timingsOf({ totals, clock, loadSeconds, beganMs: began, speechSamples });
  yield { type: "end", timings, language };
}
