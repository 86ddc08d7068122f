/**
 * `--strategy reference`: openai/whisper's transcribe() to the letter. One window after another, each beginning where the text of
 * the last one ended, with that text as its prompt; the dynamic range of log-mel is the whole recording's, so all of it is read
 * first. Source: openai/whisper transcribe.py:38-517 at c0d2f62.
 */
import { openMedia } from "../../audio/media.js";
import type { TranscribeEvent } from "../../events.js";
import type { Engine } from "../../model/engine.js";
import { DEFAULT_PUNCTUATION } from "../../model/timing/punctuation.js";
import { addWordTimestamps } from "../../model/timing/word-rules.js";
import type { WindowResult } from "../../model/window.js";
import { traceSpan } from "../../tracing.js";
import type { Segment, Word } from "../../transcript.js";
import { FRAMES_PER_SECOND, SAMPLE_RATE_HZ, WINDOW_FRAMES } from "../../units.js";
import { encodeText } from "../encode-text.js";
import { addUp, noTotals } from "../totals.js";
import type { TranscribeOptions } from "../transcribe-options.js";
import { clipsOf } from "./clips.js";
import { lastEndSeconds, seekByWords, withoutHallucinations } from "./hallucination.js";
import { MelRecording } from "./mel-recording.js";
import { PromptHistory } from "./prompt-history.js";

type PlacedSegment = Omit<Segment, "id"> & { readonly words: readonly Word[] };

/** Mel frames of the recording that a window is made of. */
interface WindowSpan {
  readonly seekFrames: number;
  readonly windowFrames: number;
}

/** What a window came to: its segments, and where the next one begins. */
interface Step {
  /** undefined: silence, or to be decoded again from elsewhere; it does not become a prompt either. */
  readonly segments: readonly PlacedSegment[] | undefined;
  readonly nextSeekFrames: number;
  /** End of what has been said so far. */
  readonly lastSpeechSeconds: number;
}

/** Events of one recording, as `transcribe` gives them. */
export async function* transcribeReference(
  input: string,
  options: TranscribeOptions,
  engine: Engine,
  signal: AbortSignal,
): AsyncGenerator<TranscribeEvent> {
  const began = performance.now();
  const { channel, raw, reference } = options;
  const totals = noTotals();
  const clock = { mediaSeconds: 0, melSeconds: 0, audioSamples: 0 };
  const media = await openMedia(input, { channel, signal, ...(raw === undefined ? {} : { raw }) });
  const mel = new MelRecording(engine.nMels);
  let language: string | undefined;
  try {
    await readAll(media.audio, mel, clock);
    const { contentFrames } = mel;
    const detected = await languageOf(mel, options, engine);
    const decoding = { ...options.decoding, language: detected.language, loopGuard: false };
    const history = new PromptHistory({
      conditionOnPreviousText: reference.conditionOnPreviousText,
      initial: encodeText(options.initialPrompt, engine),
      carryInitial: reference.carryInitialPrompt,
    });
    const prefix = encodeText(reference.prefix, engine);
    const recording = engine.newRecording();
    let lastSpeechSeconds = 0;
    let segmentCount = 0;
    for (const { startFrame, endFrame } of clipsOf(reference.clipTimestampsSeconds, contentFrames)) {
      for (let seekFrames = startFrame; seekFrames < Math.min(endFrame, contentFrames); ) {
        const windowFrames = Math.min(WINDOW_FRAMES, contentFrames - seekFrames, endFrame - seekFrames);
        const result = await engine.decodeWindow({
          recording,
          mel: mel.window(seekFrames, windowFrames),
          windowSeconds: windowFrames / FRAMES_PER_SECOND,
          options: decoding,
          prompt: history.prompt,
          prefix,
          dropsTail: true,
          wantWords: options.words,
        });
        addUp(totals, result);
        const span = { seekFrames, windowFrames };
        const step = stepFrom(result, span, { options, engine, contentFrames, lastSpeechSeconds });
        ({ lastSpeechSeconds } = step);
        const said = step.segments?.filter(saysSomething) ?? [];
        if (step.segments !== undefined) {
          history.add(
            said.flatMap(({ tokens }) => tokens),
            result.temperature,
          );
        }
        if (language === undefined && said.length > 0) {
          ({ language } = detected);
          yield { type: "language", language, probability: detected.probability };
        }
        for (const { words, ...segment } of said) {
          const withWords = options.words ? { ...segment, words } : segment;
          yield { type: "segment", segment: { ...withWords, id: segmentCount++ } };
        }
        seekFrames = step.nextSeekFrames;
        yield {
          type: "progress",
          positionSeconds: Math.min(seekFrames, contentFrames) / FRAMES_PER_SECOND,
          durationSeconds: contentFrames / FRAMES_PER_SECOND,
        };
      }
    }
    engine.endRecording(recording);
    for (const error of media.problems) yield { type: "warning", error };
    language ??= contentFrames > 0 ? detected.language : undefined;
  } finally {
    mel.free();
    await media.close();
  }
  traceSpan("session", "transcribe", began, { input });
  const audioSeconds = clock.audioSamples / SAMPLE_RATE_HZ;
  const timings = {
    ...totals,
    loadSeconds: await engine.loaded,
    mediaSeconds: clock.mediaSeconds,
    melSeconds: clock.melSeconds,
    vadSeconds: 0,
    totalSeconds: (performance.now() - began) / 1000,
    audioSeconds,
    speechSeconds: audioSeconds,
  };
  yield { type: "end", timings, language };
}

interface StepContext {
  readonly options: TranscribeOptions;
  readonly engine: Engine;
  readonly contentFrames: number;
  readonly lastSpeechSeconds: number;
}

function stepFrom(result: WindowResult, span: WindowSpan, context: StepContext): Step {
  const { options, engine, contentFrames, lastSpeechSeconds } = context;
  const nextSeekFrames = span.seekFrames + result.seekFrames;
  if (result.isSilence) return { segments: undefined, nextSeekFrames, lastSpeechSeconds };
  const segments = segmentsOf(result, span.seekFrames);
  if (!options.words) return { segments, nextSeekFrames, lastSpeechSeconds };
  const { segments: spoken } = addWordTimestamps(segments, result.alignment ?? [], {
    ...DEFAULT_PUNCTUATION,
    offsetSeconds: span.seekFrames / FRAMES_PER_SECOND,
    lastSpeechSeconds,
    endToken: engine.endToken,
  });
  const { endsWithOneTimestamp } = result;
  const decoded = { ...span, nextSeekFrames, contentFrames, lastSpeechSeconds, endsWithOneTimestamp };
  const threshold = options.reference.hallucinationSilenceThresholdSeconds;
  const verdict =
    threshold === undefined
      ? { segments: spoken, nextSeekFrames: seekByWords(spoken, decoded) }
      : withoutHallucinations(spoken, decoded, threshold);
  return {
    ...verdict,
    lastSpeechSeconds: lastEndSeconds(verdict.segments ?? []) ?? lastSpeechSeconds,
  };
}

function segmentsOf(result: WindowResult, seekFrames: number): PlacedSegment[] {
  const offsetSeconds = seekFrames / FRAMES_PER_SECOND;
  return result.segments.map(({ startSeconds, endSeconds, text, tokens }) => ({
    seekFrames,
    startSeconds: offsetSeconds + startSeconds,
    endSeconds: offsetSeconds + endSeconds,
    text,
    tokens,
    temperature: result.temperature,
    avgLogprob: result.avgLogprob,
    compressionRatio: result.compressionRatio,
    noSpeechProb: result.noSpeechProb,
    words: [],
  }));
}

/** What lasts no time or has no text is no segment, and no prompt (transcribe.py:484-489). */
function saysSomething({ startSeconds, endSeconds, text }: PlacedSegment): boolean {
  return startSeconds !== endSeconds && text.trim() !== "";
}

async function readAll(
  audio: AsyncIterable<Float32Array>,
  mel: MelRecording,
  clock: { mediaSeconds: number; melSeconds: number; audioSamples: number },
): Promise<void> {
  let waitingSince = performance.now();
  for await (const samples of audio) {
    const began = performance.now();
    clock.mediaSeconds += (began - waitingSince) / 1000;
    traceSpan("audio", "media", waitingSince, {}, began);
    clock.audioSamples += samples.length;
    mel.push(samples);
    waitingSince = performance.now();
    clock.melSeconds += (waitingSince - began) / 1000;
    traceSpan("audio", "mel", began);
  }
  clock.mediaSeconds += (performance.now() - waitingSince) / 1000;
  mel.end();
}

/** Told, or heard in the first 30 s, wherever the clips begin (transcribe.py:133-147). */
async function languageOf(
  mel: MelRecording,
  { decoding }: TranscribeOptions,
  engine: Engine,
): Promise<{ readonly language: string; readonly probability: number }> {
  if (!engine.isMultilingual) return { language: "en", probability: 1 };
  if (decoding.language !== undefined) return { language: decoding.language, probability: 1 };
  return await engine.detectLanguage(mel.window(0, WINDOW_FRAMES, true));
}
