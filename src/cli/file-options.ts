/** The options of `mubbles file`: declared for commander, checked, and gathered into what the pipeline takes. */
import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { parseRawFormat, type RawFormat } from "../audio/raw-format.js";
import { DEFAULT_SPEECH_DETECTOR_OPTIONS } from "../dsp/speech-detector.js";
import { MubblesError } from "../errors.js";
import { COMPUTES, type Compute } from "../model/checkpoint-layout.js";
import { DEFAULT_DECODING_OPTIONS, type DecodingOptions } from "../model/decoding-options.js";
import type { EngineOptions } from "../model/engine.js";
import { parseLanguage } from "../model/languages.js";
import { OUTPUT_FORMATS, type OutputFormat } from "../output/formats.js";
import type { TranscribeOptions } from "../pipeline/transcribe.js";
import {
  choiceOption,
  listOption,
  numberOption,
  type OptionParser,
  optionalNumberOption,
  refuse,
  tokenListOption,
} from "./option-values.js";

export interface FileOptions {
  readonly engine: EngineOptions;
  readonly transcribe: TranscribeOptions;
  readonly formats: readonly OutputFormat[];
  readonly outputDir: string | undefined;
  readonly showNoise: boolean;
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
  strategy: "fast";
  beamSize: number;
  bestOf: number;
  patience: number;
  lengthPenalty?: number;
  temperature: number;
  temperatureIncrementOnFallback?: number;
  compressionRatioThreshold?: number;
  logprobThreshold?: number;
  noSpeechThreshold?: number;
  suppressTokens: readonly number[];
  channels: "mix" | number;
  raw?: RawFormat;
  vad: boolean;
  vadThreshold: number;
  minSpeechMs: number;
  minSilenceMs: number;
  speechPadMs: number;
  threads?: number;
  device: "auto" | "cpu";
  showNoise?: true;
  quiet?: true;
  verbose?: true;
  progress: boolean;
}

const LAST_TEMPERATURE = 1;
/** Smaller steps would only decode the same window over and over. */
const SMALLEST_TEMPERATURE_STEP = 0.05;

export function declareFileOptions(command: Command): Command {
  const decoding = DEFAULT_DECODING_OPTIONS;
  const vad = DEFAULT_SPEECH_DETECTOR_OPTIONS;
  const add = (flags: string, description: string, parse: OptionParser<unknown>, shown?: string) => {
    const option = new Option(
      flags,
      shown === undefined ? description : `${description} (default: ${shown})`,
    );
    command.addOption(option.argParser(parse));
  };
  const number = (
    flags: string,
    description: string,
    value: number,
    min: number,
    max: number,
    whole = false,
  ) => {
    const option = new Option(flags, description).default(value);
    command.addOption(option.argParser(numberOption({ option: longName(flags), min, max, whole })));
  };
  const limit = (flags: string, description: string, value: number | undefined, min: number, max: number) => {
    const option = new Option(flags, description).default(
      value,
      value === undefined ? "none" : String(value),
    );
    command.addOption(option.argParser(optionalNumberOption({ option: longName(flags), min, max })));
  };

  command.option(
    "-m, --model <name>",
    "base (embedded), a converted model's name, or a model folder",
    "base",
  );
  add(
    "--compute <type>",
    "int8, fp16 or fp32",
    choiceOption("--compute", COMPUTES, ["int4"]),
    "as the model is stored",
  );
  add("-l, --language <code>", "spoken language: a code, an English name, or auto", languageOption, "auto");
  command.addOption(
    new Option("--task <task>", "transcribe, or translate into English")
      .default(decoding.task)
      .argParser(choiceOption("--task", ["transcribe", "translate"])),
  );
  command.addOption(
    new Option("-f, --output-format <list>", `comma list of ${OUTPUT_FORMATS.join(", ")}, or all`)
      .default(["srt"], "srt")
      .argParser(listOption("--output-format", OUTPUT_FORMATS)),
  );
  command.option("-o, --output-dir <dir>", "write NAME.srt and so on there instead of to standard output");
  command.addOption(
    new Option(
      "--strategy <name>",
      "fast: windows cut by voice activity, no text fed back (reference is to come)",
    )
      .default("fast")
      .argParser(choiceOption("--strategy", ["fast"], ["reference"])),
  );

  number("--beam-size <n>", "beams at temperature 0; 0 and 1 are greedy", decoding.beamSize, 0, 64, true);
  number("--best-of <n>", "samples at temperatures above 0", decoding.bestOf, 1, 64, true);
  number(
    "--patience <x>",
    "beam search ends with beam size × patience candidates",
    decoding.patience,
    0.01,
    10,
  );
  limit("--length-penalty <x>", "exponent of the length penalty, 0 to 1", decoding.lengthPenalty, 0, 1);
  number("--temperature <x>", "first sampling temperature", 0, 0, LAST_TEMPERATURE);
  limit(
    "--temperature-increment-on-fallback <x>",
    "step to the next temperature after a failed decode",
    0.2,
    0,
    1,
  );
  limit(
    "--compression-ratio-threshold <x>",
    "text that compresses better has failed",
    decoding.compressionRatioThreshold,
    0,
    1000,
  );
  limit(
    "--logprob-threshold <x>",
    "text with a lower mean log-probability has failed",
    decoding.logprobThreshold,
    -100,
    0,
  );
  limit(
    "--no-speech-threshold <x>",
    "above this probability a failed window is silence",
    decoding.noSpeechThreshold,
    0,
    1,
  );
  command.addOption(
    new Option("--suppress-tokens <ids>", "comma list of token ids; -1 is the non-speech set")
      .default(decoding.suppressTokens, decoding.suppressTokens.join(","))
      .argParser(tokenListOption("--suppress-tokens")),
  );

  command.addOption(
    new Option(
      "--channels <which>",
      "mix, or the number of one channel, 0 being the first (split is to come)",
    )
      .default("mix")
      .argParser(channelsOption),
  );
  add("--raw <format:rate:channels>", "headerless audio, for example s16le:16000:1", parseRawFormat);
  number("--vad-threshold <x>", "speech probability from which a frame is speech", vad.threshold, 0.01, 0.99);
  number("--min-speech-ms <ms>", "shorter speech is dropped", vad.minSpeechMs, 0, 60_000, true);
  number("--min-silence-ms <ms>", "silence that ends speech", vad.minSilenceMs, 0, 60_000, true);
  number("--speech-pad-ms <ms>", "kept on both sides of speech", vad.speechPadMs, 0, 30_000, true);
  command.option("--no-vad", "decode everything, silence included");
  add(
    "--threads <n>",
    "threads of the model",
    numberOption({ option: "--threads", min: 1, max: 1024, whole: true }),
    `all cores, here ${availableParallelism()}`,
  );
  command.addOption(
    new Option("--device <name>", "auto or cpu (cuda, dml and coreml are to come)")
      .default("auto")
      .argParser(deviceOption),
  );
  command.option("--show-noise", "keep lines such as [BLANK_AUDIO] or (crickets chirping)");
  command.option("--quiet", "nothing on standard error but warnings and errors");
  command.option("--verbose", "languages, files written and timings on standard error");
  command.option("--no-progress", "no progress line on the terminal");
  return command;
}

export function readFileOptions(parsed: ParsedOptions): FileOptions {
  if (parsed.beamSize > 1 && Math.round(parsed.beamSize * parsed.patience) < 1) {
    throw refuse("--patience", "beam size × patience to round to 1 or more", String(parsed.patience));
  }
  const step = parsed.temperatureIncrementOnFallback ?? 0;
  if (step > 0 && step < SMALLEST_TEMPERATURE_STEP) {
    const expected = `${SMALLEST_TEMPERATURE_STEP} to 1, 0 or none`;
    throw refuse("--temperature-increment-on-fallback", expected, String(step));
  }
  if (parsed.quiet && parsed.verbose) {
    throw new MubblesError("USAGE", { where: "--quiet", detail: "contradicts --verbose; give one of them" });
  }
  return {
    engine: { model: parsed.model, compute: parsed.compute, threads: parsed.threads },
    transcribe: {
      channel: parsed.channels,
      raw: parsed.raw,
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
    quiet: parsed.quiet ?? false,
    verbose: parsed.verbose ?? false,
    progress: parsed.progress,
  };
}

function decodingOptions(parsed: ParsedOptions): DecodingOptions {
  return {
    task: parsed.task,
    language: parsed.language,
    beamSize: parsed.beamSize,
    bestOf: parsed.bestOf,
    patience: parsed.patience,
    lengthPenalty: parsed.lengthPenalty,
    temperatures: temperatureLadder(parsed.temperature, parsed.temperatureIncrementOnFallback),
    compressionRatioThreshold: parsed.compressionRatioThreshold,
    logprobThreshold: parsed.logprobThreshold,
    noSpeechThreshold: parsed.noSpeechThreshold,
    suppressTokens: parsed.suppressTokens,
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

function languageOption(text: string): string | undefined {
  try {
    return parseLanguage(text);
  } catch (thrown) {
    if (thrown instanceof RangeError)
      throw refuse("--language", "a code such as de, a name such as German, or auto", text);
    throw thrown;
  }
}

function channelsOption(text: string): "mix" | number {
  if (text === "mix") return text;
  if (text === "split") {
    throw new MubblesError("USAGE", {
      where: "--channels",
      detail: "split is not there yet; use mix or the number of a channel",
    });
  }
  return numberOption({ option: "--channels", min: 0, max: 63, whole: true })(text);
}

function deviceOption(text: string): "auto" | "cpu" {
  if (text === "cuda" || text === "dml" || text === "coreml") {
    throw new MubblesError("DEVICE_UNAVAILABLE", {
      where: `--device ${text}`,
      detail: "this version runs on the CPU",
    });
  }
  return choiceOption("--device", ["auto", "cpu"])(text);
}

function longName(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}
