/** The options of `mubbles listen` as commander knows them: names, help, defaults and ranges. */
import { type Command, Option } from "commander";
import { parseRawFormat } from "../audio/raw-format.js";
import { DEFAULT_LISTEN_OPTIONS as DEFAULTS } from "../pipeline/live/listen-options.js";
import { declareDiagnosisOptions } from "./diagnosis-flags.js";
import { declareMachineOptions, declareModelOptions } from "./model-flags.js";
import { numberFlag } from "./number-flag.js";
import { choiceOption, numberOption, optionalNumberOption, refuse } from "./option-values.js";

/** The device that the system would choose. */
export const DEFAULT_DEVICE = "default";
/** A media file in place of a device: what stands behind it is a path. */
export const FILE_DEVICE = "file:";

const SPEED_RANGE = { min: 0.1, max: 100 };

export function declareListenOptions(command: Command): Command {
  const device = (flags: string, description: string) =>
    command.addOption(
      new Option(flags, description)
        .preset(DEFAULT_DEVICE)
        .argParser(deviceOption(flags.split(" ")[0] ?? "")),
    );
  device("--mic [device]", "microphone: a name, an id, default, file:PATH, or - for standard input");
  device("--loopback [device]", "what an output plays: named likewise (neither given: both defaults)");
  command.addOption(
    new Option("--raw <format:rate:channels>", "headerless file: or -, for example s16le:16000:1").argParser(
      parseRawFormat,
    ),
  );
  command.addOption(
    new Option("--speed <n>", "of file: and -: 1 is real time, 2 twice as fast, max as fast as text is made")
      .default(DEFAULTS.speed)
      .argParser(speedOption),
  );

  command.option("--json", "every event as a line of JSON (docs/EVENTS.md)");
  command.option("--plain", "final text as lines with time and channel; the default");
  command.option("--levels", "with --json: level events too");

  command.option("--save <dir>", "the folder to keep the session in (default: one named by date)");
  command.option("--no-save", "keep nothing of it");
  declareModelOptions(command);
  command.option("--preview-model <name>", "a smaller model for text that is not final; named like --model");
  command.addOption(
    numberFlag("--beam-size <n>", "beams of final text; 0 and 1 are greedy", {
      value: DEFAULTS.decoding.beamSize,
      min: 0,
      max: 64,
      whole: true,
    }),
  );
  command.addOption(
    new Option(
      "--policy <name>",
      "when text is confirmed before it is final: local-agreement, alignatt or off",
    )
      .default(DEFAULTS.policy)
      .argParser(choiceOption("--policy", ["local-agreement", "alignatt", "off"])),
  );
  declareSpeechOptions(command);
  command.addOption(
    new Option(
      "--echo-gate <when>",
      "keep what the loudspeakers play out of the microphone's text: auto, on or off",
    )
      .default(DEFAULTS.echoGate)
      .argParser(choiceOption("--echo-gate", ["auto", "on", "off"])),
  );
  command.addOption(
    new Option("--unload-after <seconds>", "without speech the model gives its memory back; none: never")
      .default(DEFAULTS.unloadAfterSeconds)
      .argParser(optionalNumberOption({ option: "--unload-after", min: 0, max: 1e6 })),
  );
  command.addOption(
    new Option("--keep-loaded", "the model stays in memory; the same as --unload-after none").conflicts(
      "unloadAfter",
    ),
  );
  declareMachineOptions(command);
  command.option("--quiet", "nothing on standard error but warnings and errors");
  command.option("--verbose", "devices, and timings at the end, on standard error");
  declareDiagnosisOptions(command);
  return command;
}

function declareSpeechOptions(command: Command): void {
  command.addOption(
    numberFlag("--threshold <x>", "peak that speech must reach to begin, as part of full scale", {
      value: DEFAULTS.threshold,
      min: 0,
      max: 1,
    }),
  );
  command.addOption(
    numberFlag("--vad-threshold <x>", "speech probability from which a frame is speech", {
      value: DEFAULTS.vadThreshold,
      min: 0.01,
      max: 0.99,
    }),
  );
  command.addOption(
    numberFlag("--min-speech-ms <ms>", "shorter speech is dropped", {
      value: DEFAULTS.minSpeechMs,
      min: 0,
      max: 60_000,
      whole: true,
    }),
  );
  command.addOption(
    numberFlag("--silence-ms <ms>", "silence that ends an utterance", {
      value: DEFAULTS.silenceMs,
      min: 100,
      max: 10_000,
      whole: true,
    }),
  );
}

function deviceOption(option: string) {
  return (text: string): string => {
    if (text === "" || text === FILE_DEVICE) throw refuse(option, "a device, file:PATH or -", text);
    return text;
  };
}

export function speedOption(text: string): number | "max" {
  if (text === "max") return text;
  try {
    return numberOption({ option: "--speed", ...SPEED_RANGE })(text);
  } catch {
    throw refuse("--speed", `a number from ${SPEED_RANGE.min} to ${SPEED_RANGE.max}, or max`, text);
  }
}
