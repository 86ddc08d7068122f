/** Completion for fish, with what each word means. */
import { allCommands, type CommandWords, type OptionWords } from "./command-words.js";

export function fishCompletion(program: CommandWords): string {
  const name = program.path.join(" ");
  const lines = allCommands(program).flatMap((command) => commandLines(name, command));
  return `# fish completion of ${name}: ${name} completion fish | source\n${lines.join("\n")}\n`;
}

function commandLines(program: string, { path, options, commands }: CommandWords): string[] {
  const complete = `complete -c ${program} -n ${quote(whereItIs(path, commands))}`;
  return [
    ...commands.map((below) => `${complete} -f -a ${below.path.at(-1)} -d ${quote(below.summary)}`),
    ...options.map((option) => `${complete} ${optionArguments(option)}`),
  ];
}

/** Behind the command, and before one of those below it. */
function whereItIs(path: readonly string[], commands: readonly CommandWords[]): string {
  const seen = path.slice(1).map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = commands.map((command) => command.path.at(-1)).join(" ");
  const unseen = below === "" ? [] : [`not __fish_seen_subcommand_from ${below}`];
  return [...seen, ...unseen].join("; and ") || "true";
}

function optionArguments({ names, description, value, choices }: OptionWords): string {
  const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const offer = choices.length > 0 ? `-x -a ${quote(choices.join(" "))}` : value === "required" ? "-r" : "";
  return [...flags, offer, `-d ${quote(description)}`].filter((part) => part !== "").join(" ");
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
