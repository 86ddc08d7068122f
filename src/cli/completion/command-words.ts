/** What of the command tree can be completed, free of commander and of any shell. */
import type { Command, Option } from "commander";
import type { OptionParser } from "../option-values.js";

export interface OptionWords {
  /** "-m", "--model" */
  readonly names: readonly string[];
  readonly description: string;
  /** optional: its value may be left out. */
  readonly value: "none" | "optional" | "required";
  /** Empty where the value is no word of a list. */
  readonly choices: readonly string[];
}

export interface CommandWords {
  /** From the program's own name on. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly options: readonly OptionWords[];
  readonly commands: readonly CommandWords[];
}

export function commandWords(command: Command, above: readonly string[] = []): CommandWords {
  const path = [...above, command.name()];
  return {
    path,
    summary: firstSentence(command.summary() || command.description()),
    options: command.createHelp().visibleOptions(command).map(optionWords),
    commands: command.commands.map((each) => commandWords(each, path)),
  };
}

/** The command and those below it, each before its own. */
export function allCommands(command: CommandWords): CommandWords[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function optionWords({ short, long, description, required, optional, parseArg }: Option): OptionWords {
  const { choices = [] } = (parseArg ?? {}) as Partial<OptionParser<unknown>>;
  return {
    names: [short, long].filter((name) => name !== undefined),
    description,
    value: required ? "required" : optional ? "optional" : "none",
    choices,
  };
}

function firstSentence(text: string): string {
  return /^.*?(?=[.:;] |\.?$)/.exec(text)?.[0] ?? text;
}
