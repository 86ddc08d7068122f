/** Options of every command that runs a model: which one, in what language, on what. */
import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { DEVICES } from "../model/compute-device.js";
import { COMPUTES } from "../model/compute-type.js";
import { DEFAULT_DECODING_OPTIONS } from "../model/decoding-options.js";
import { parseLanguage } from "../model/languages.js";
import { numberFlag } from "./number-flag.js";
import { choiceOption, refuse } from "./option-values.js";

/** The language is to be found out. */
export const AUTO = "auto";

export function declareModelOptions(command: Command): void {
  command.option(
    "-m, --model <name>",
    "base (embedded), another name from `mubbles models list --all`, owner/name of the hub, a model folder, or auto: the most exact that this machine bears",
    "base",
  );
  command.addOption(
    new Option(
      "--compute <type>",
      `how the weights are stored: ${COMPUTES.join(", ")} (default: as the model is)`,
    ).argParser(choiceOption("--compute", COMPUTES)),
  );
  command.option("-y, --yes", "download a model that is not here without asking");
  command.option("--offline", "never download one");
  command.addOption(
    new Option(
      "-l, --language <code>",
      `spoken language: a code, an English name, or auto (default: ${AUTO})`,
    ).argParser(languageOption),
  );
  command.addOption(
    new Option("--task <task>", "transcribe, or translate into English")
      .default(DEFAULT_DECODING_OPTIONS.task)
      .argParser(choiceOption("--task", ["transcribe", "translate"])),
  );
}

export function declareMachineOptions(command: Command): void {
  const threads = `threads of the model (default: all cores, here ${availableParallelism()})`;
  command.addOption(numberFlag("--threads <n>", threads, { min: 1, max: 1024, whole: true }));
  command.addOption(
    new Option(
      "--device <name>",
      `what the model runs on: ${DEVICES.join(", ")}; auto is cuda where it was installed and the model is stored as floats, else cpu`,
    )
      .default("auto")
      .argParser(choiceOption("--device", DEVICES)),
  );
}

/** "auto" stays a word: commander makes an empty text of a parser's undefined. */
function languageOption(text: string): string {
  try {
    return parseLanguage(text) ?? AUTO;
  } catch (thrown) {
    if (thrown instanceof RangeError)
      throw refuse("--language", "a code such as de, a name such as German, or auto", text);
    throw thrown;
  }
}
