/** The options of `mubbles file`, checked against each other and gathered into what the parts take. */
import type { RawFormat } from "../audio/raw-format.js";
import { MubblesError } from "../errors.js";
import type { ComputeDevice } from "../model/compute-device.js";
import type { Compute } from "../model/compute-type.js";
import { DEFAULT_DECODING_OPTIONS, type DecodingOptions } from "../model/decoding-options.js";
import type { EngineOptions } from "../model/engine.js";
import type { WordCueOptions } from "../output/cues/word-cues.js";
import type { OutputFormat } from "../output/formats.js";
import {
  DEFAULT_REFERENCE_OPTIONS as DEFAULTS,
  type ReferenceOptions,
} from "../pipeline/reference/reference-options.js";
import type { TranscribeOptions } from "../pipeline/transcribe-options.js";
import { AUTO } from "./model-flags.js";
import { type NONE, refuse, unlessNone } from "./option-values.js";

export interface FileOptions {
  readonly engine: EngineOptions;
  /** The model that the times of words are taken from; undefined: the one that writes the text. */
  readonly aligner: EngineOptions | undefined;
  readonly transcribe: TranscribeOptions;
  readonly formats: readonly OutputFormat[];
  readonly outputDir: string | undefined;
  readonly showNoise: boolean;
  /** json and jsonl have the words with their times. */
  readonly showWords: boolean;
  /** srt and vtt by openai/whisper's options; undefined: by the rules of subtitles. */
  readonly wordCues: WordCueOptions | undefined;
  /** What to tell the user before the work begins: options without an effect. */
  readonly notes: readonly string[];
  /** A model that is not here is downloaded without asking, or never. */
  readonly yes: boolean;
  readonly offline: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly progress: boolean;
}

/** What commander hands over: names are the options in camel case. */
interface ParsedOptions {
  model: string;
  compute?: Compute;
  language?: string;
  task: "transcribe" | "translate";
  outputFormat: readonly OutputFormat[];
  outputDir?: string;
  strategy: "fast" | "reference";
  initialPrompt?: string;
  wordTimestamps?: true;
  alignModel?: string;
  highlightWords?: true;
  maxLineWidth?: number;
  maxLineCount?: number;
  maxWordsPerLine?: number;
  conditionOnPreviousText?: boolean;
  carryInitialPrompt?: true;
  prefix?: string;
  clipTimestamps?: readonly number[];
  hallucinationSilenceThreshold?: number | typeof NONE;
  beamSize: number;
  bestOf: number;
  patience: number;
  lengthPenalty?: number | typeof NONE;
  temperature: number;
  temperatureIncrementOnFallback?: number | typeof NONE;
  compressionRatioThreshold?: number | typeof NONE;
  logprobThreshold?: number | typeof NONE;
  noSpeechThreshold?: number | typeof NONE;
  suppressTokens: readonly number[];
  channels: "mix" | "split" | number;
  speakers?: readonly string[];
  raw?: RawFormat;
  vad: boolean;
  vadThreshold: number;
  minSpeechMs: number;
  minSilenceMs: number;
  speechPadMs: number;
  threads?: number;
  yes?: true;
  offline?: true;
  device: ComputeDevice;
  showNoise?: true;
  quiet?: true;
  verbose?: true;
  progress: boolean;
}

/** The hottest that Whisper is sampled at. */
export const LAST_TEMPERATURE = 1;
const TIMED_BY_WORDS: readonly OutputFormat[] = ["srt", "vtt"];
/** Smaller steps would only decode the same window over and over. */
const SMALLEST_TEMPERATURE_STEP = 0.05;

export function readFileOptions(parsed: ParsedOptions): FileOptions {
  if (parsed.beamSize > 1 && Math.round(parsed.beamSize * parsed.patience) < 1) {
    throw refuse("--patience", "beam size × patience to round to 1 or more", String(parsed.patience));
  }
  const step = unlessNone(parsed.temperatureIncrementOnFallback) ?? 0;
  if (step > 0 && step < SMALLEST_TEMPERATURE_STEP) {
    const expected = `${SMALLEST_TEMPERATURE_STEP} to 1, 0 or none`;
    throw refuse("--temperature-increment-on-fallback", expected, String(step));
  }
  if (parsed.quiet && parsed.verbose) {
    throw new MubblesError("USAGE", { where: "--quiet", detail: "contradicts --verbose; give one of them" });
  }
  const wordCues = wordCueOptions(parsed);
  const words = wordCues !== undefined || wantsWords(parsed);
  return {
    engine: {
      model: parsed.model,
      compute: parsed.compute,
      threads: parsed.threads,
      device: parsed.device,
      // The reference strategy knows of its next window when it has the text of the last.
      encodesAhead: parsed.strategy === "fast",
    },
    aligner: alignerOptions(parsed, words),
    transcribe: {
      strategy: parsed.strategy,
      channel: parsed.channels,
      speakers: speakerNames(parsed),
      raw: parsed.raw,
      words,
      initialPrompt: parsed.initialPrompt,
      reference: referenceOptions(parsed),
      decoding: decodingOptions(parsed),
      vad: parsed.vad
        ? {
            threshold: parsed.vadThreshold,
            minSpeechMs: parsed.minSpeechMs,
            minSilenceMs: parsed.minSilenceMs,
            speechPadMs: parsed.speechPadMs,
          }
        : undefined,
    },
    formats: parsed.outputFormat,
    outputDir: parsed.outputDir,
    showNoise: parsed.showNoise ?? false,
    showWords: parsed.wordTimestamps === true || wordCues !== undefined,
    wordCues,
    notes: wordCueNotes(parsed),
    yes: parsed.yes ?? false,
    offline: parsed.offline ?? false,
    quiet: parsed.quiet ?? false,
    verbose: parsed.verbose ?? false,
    progress: parsed.progress,
  };
}

/** Subtitles are cut at the times of words. But in openai/whisper asking for words changes where its windows begin. */
function wantsWords({ wordTimestamps, strategy, outputFormat }: ParsedOptions): boolean {
  return (
    wordTimestamps ?? (strategy === "fast" && outputFormat.some((format) => TIMED_BY_WORDS.includes(format)))
  );
}

function alignerOptions(parsed: ParsedOptions, words: boolean): EngineOptions | undefined {
  const { alignModel, strategy, threads, device } = parsed;
  if (alignModel === undefined) return undefined;
  const where = "--align-model";
  if (strategy === "reference")
    throw new MubblesError("USAGE", { where, detail: "it needs --strategy fast" });
  if (!words) {
    throw new MubblesError("USAGE", {
      where,
      detail: "no words are asked for: give --word-timestamps, or write srt or vtt",
    });
  }
  return { model: alignModel, compute: undefined, threads, device };
}

/** Throws USAGE where channels are not split by speakers, or cannot be. */
function speakerNames({ channels, speakers = [], strategy }: ParsedOptions): readonly string[] {
  if (channels !== "split" && speakers.length > 0) {
    throw new MubblesError("USAGE", { where: "--speakers", detail: "it needs --channels split" });
  }
  if (channels === "split" && strategy === "reference") {
    const detail = "--strategy reference knows one speaker; name a channel by its number";
    throw new MubblesError("USAGE", { where: "--channels split", detail });
  }
  return speakers;
}

/** undefined where none of openai/whisper's options for cues is given. */
function wordCueOptions(parsed: ParsedOptions): WordCueOptions | undefined {
  const { highlightWords, maxLineWidth, maxLineCount, maxWordsPerLine } = parsed;
  const isGiven = [highlightWords, maxLineWidth, maxLineCount, maxWordsPerLine].some(
    (value) => value !== undefined,
  );
  if (!isGiven) return undefined;
  return { highlightWords: highlightWords ?? false, maxLineWidth, maxLineCount, maxWordsPerLine };
}

/** openai/whisper goes on with a warning, too. */
function wordCueNotes({ maxLineWidth, maxLineCount, maxWordsPerLine }: ParsedOptions): string[] {
  return [
    ...(maxLineCount !== undefined && maxLineWidth === undefined
      ? ["--max-line-count has no effect without --max-line-width"]
      : []),
    ...(maxWordsPerLine !== undefined && maxLineWidth !== undefined
      ? ["--max-words-per-line has no effect with --max-line-width"]
      : []),
  ];
}

/** Throws USAGE where the fast strategy would not know what to do with one of them. */
function referenceOptions(parsed: ParsedOptions): ReferenceOptions {
  const { conditionOnPreviousText, carryInitialPrompt, prefix, clipTimestamps } = parsed;
  const hallucinationSilenceThreshold = unlessNone(parsed.hallucinationSilenceThreshold);
  const given = {
    "--condition-on-previous-text": conditionOnPreviousText,
    "--carry-initial-prompt": carryInitialPrompt,
    "--prefix": prefix,
    "--clip-timestamps": clipTimestamps,
    "--hallucination-silence-threshold": hallucinationSilenceThreshold,
  };
  for (const [where, value] of Object.entries(given)) {
    // Not to feed text back is what the fast strategy does.
    if (parsed.strategy === "reference" || value === undefined || value === false) continue;
    throw new MubblesError("USAGE", { where, detail: "it needs --strategy reference" });
  }
  if (hallucinationSilenceThreshold !== undefined && parsed.wordTimestamps !== true) {
    const where = "--hallucination-silence-threshold";
    throw new MubblesError("USAGE", { where, detail: "it needs --word-timestamps" });
  }
  return {
    conditionOnPreviousText: conditionOnPreviousText ?? DEFAULTS.conditionOnPreviousText,
    carryInitialPrompt: carryInitialPrompt ?? DEFAULTS.carryInitialPrompt,
    prefix,
    clipTimestampsSeconds: clipTimestamps ?? DEFAULTS.clipTimestampsSeconds,
    hallucinationSilenceThresholdSeconds: hallucinationSilenceThreshold,
  };
}

function decodingOptions(parsed: ParsedOptions): DecodingOptions {
  return {
    task: parsed.task,
    language: parsed.language === AUTO ? undefined : parsed.language,
    beamSize: parsed.beamSize,
    bestOf: parsed.bestOf,
    patience: parsed.patience,
    lengthPenalty: unlessNone(parsed.lengthPenalty),
    temperatures: temperatureLadder(parsed.temperature, unlessNone(parsed.temperatureIncrementOnFallback)),
    compressionRatioThreshold: unlessNone(parsed.compressionRatioThreshold),
    logprobThreshold: unlessNone(parsed.logprobThreshold),
    noSpeechThreshold: unlessNone(parsed.noSpeechThreshold),
    suppressTokens: parsed.suppressTokens,
    loopGuard: DEFAULT_DECODING_OPTIONS.loopGuard,
  };
}

/** From the first temperature in equal steps up to 1; without a step only the first. */
export function temperatureLadder(first: number, step: number | undefined): number[] {
  if (step === undefined || step === 0) return [first];
  const ladder: number[] = [];
  for (let rung = 0; first + rung * step <= LAST_TEMPERATURE + 1e-6; rung++) {
    ladder.push(Number((first + rung * step).toFixed(6)));
  }
  return ladder;
}
