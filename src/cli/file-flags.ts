/** The options of `mubbles file` as commander knows them: names, help, defaults and ranges. */
import { type Command, Option } from "commander";
import { parseRawFormat } from "../audio/raw-format.js";
import { DEFAULT_SPEECH_DETECTOR_OPTIONS } from "../dsp/speech-detector.js";
import { DEFAULT_DECODING_OPTIONS } from "../model/decoding-options.js";
import { OUTPUT_FORMATS } from "../output/formats.js";
import { declareDiagnosisOptions } from "./diagnosis-flags.js";
import { LAST_TEMPERATURE } from "./file-options.js";
import { declareMachineOptions, declareModelOptions } from "./model-flags.js";
import { longName, numberFlag } from "./number-flag.js";
import {
  booleanOption,
  choiceOption,
  listOption,
  NONE,
  nameListOption,
  numberOption,
  optionalNumberOption,
  timeListOption,
  tokenListOption,
} from "./option-values.js";

export function declareFileOptions(command: Command): Command {
  const decoding = DEFAULT_DECODING_OPTIONS;
  const vad = DEFAULT_SPEECH_DETECTOR_OPTIONS;
  const number = (
    flags: string,
    description: string,
    value: number,
    min: number,
    max: number,
    whole = false,
  ) => {
    command.addOption(numberFlag(flags, description, { value, min, max, whole }));
  };
  const limit = (flags: string, description: string, value: number | undefined, min: number, max: number) => {
    const option = new Option(flags, description).default(value, value === undefined ? NONE : String(value));
    // Commander takes every --no-… for the opposite of another option.
    option.negate = false;
    command.addOption(option.argParser(optionalNumberOption({ option: longName(flags), min, max })));
  };

  declareModelOptions(command);
  command.addOption(
    new Option("-f, --output-format <list>", `comma list of ${OUTPUT_FORMATS.join(", ")}, or all`)
      .default(["srt"], "srt")
      .argParser(listOption("--output-format", OUTPUT_FORMATS)),
  );
  command.option("-o, --output-dir <dir>", "write NAME.srt and so on there instead of to standard output");
  command.addOption(
    new Option(
      "--strategy <name>",
      "fast: windows cut by voice activity, no text fed back; reference: openai/whisper's own way, exactly",
    )
      .default("fast")
      .argParser(choiceOption("--strategy", ["fast", "reference"])),
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

  command.option("--initial-prompt <text>", "text that is taken to come before: names, spelling, style");
  command.option("--word-timestamps", "times of every word, in json and jsonl");
  command.option(
    "--align-model <name>",
    "the times of words from this model, a smaller one than --model; named as there",
  );
  declareCueOptions(command);
  declareReferenceOptions(command);

  command.addOption(
    new Option(
      "--channels <which>",
      "mix, split (one speaker per channel), or the number of one channel, 0 being the first",
    )
      .default("mix")
      .argParser(channelsOption),
  );
  command.addOption(
    new Option(
      "--speakers <names>",
      "with --channels split: comma list of the speakers' names (default: Speaker 1, Speaker 2, …)",
    ).argParser(nameListOption("--speakers")),
  );
  command.addOption(
    new Option("--raw <format:rate:channels>", "headerless audio, for example s16le:16000:1").argParser(
      parseRawFormat,
    ),
  );
  number("--vad-threshold <x>", "speech probability from which a frame is speech", vad.threshold, 0.01, 0.99);
  number("--min-speech-ms <ms>", "shorter speech is dropped", vad.minSpeechMs, 0, 60_000, true);
  number("--min-silence-ms <ms>", "silence that ends speech", vad.minSilenceMs, 0, 60_000, true);
  number("--speech-pad-ms <ms>", "kept on both sides of speech", vad.speechPadMs, 0, 30_000, true);
  command.option("--no-vad", "decode everything, silence included");
  declareMachineOptions(command);
  command.option("--show-noise", "keep lines such as [BLANK_AUDIO] or (crickets chirping)");
  command.option("--quiet", "nothing on standard error but warnings and errors");
  command.option("--verbose", "languages, files written and timings on standard error");
  command.option("--no-progress", "no progress line on the terminal");
  declareDiagnosisOptions(command);
  return command;
}

/** openai/whisper's options for srt and vtt; one of them replaces the cues that mubbles makes by itself. */
function declareCueOptions(command: Command): void {
  const count = (flags: string, description: string) => {
    command.addOption(numberFlag(flags, `srt, vtt: ${description}`, { min: 1, max: 1000, whole: true }));
  };
  command.option("--highlight-words", "srt, vtt: underline each word as it is spoken");
  count("--max-line-width <n>", "characters in a line (default: cues of 2 lines of 42, 1 to 7 s)");
  count("--max-line-count <n>", "lines in a cue; no effect without --max-line-width");
  count("--max-words-per-line <n>", "words in a cue; no effect with --max-line-width");
}

/** Options that only `--strategy reference` has a use for. */
function declareReferenceOptions(command: Command): void {
  command.addOption(
    new Option(
      "--condition-on-previous-text <bool>",
      "reference: the text of each window steers the next (default: true)",
    ).argParser(booleanOption("--condition-on-previous-text")),
  );
  command.option(
    "--carry-initial-prompt",
    "reference: the initial prompt before every window, not the first alone",
  );
  command.option("--prefix <text>", "reference: every window's text begins so");
  command.addOption(
    new Option(
      "--clip-timestamps <list>",
      "reference: seconds as start,end,start,end…; only these parts are transcribed",
    ).argParser(timeListOption("--clip-timestamps")),
  );
  const silence = "--hallucination-silence-threshold <seconds>";
  command.addOption(
    new Option(
      silence,
      "reference, with --word-timestamps: takes out text that looks invented between silence of that length",
    ).argParser(optionalNumberOption({ option: longName(silence), min: 0, max: 1e6 })),
  );
}

function channelsOption(text: string): "mix" | "split" | number {
  if (text === "mix" || text === "split") return text;
  return numberOption({ option: "--channels", min: 0, max: 63, whole: true })(text);
}
