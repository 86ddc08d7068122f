/** `mubbles completion SHELL`: a script that teaches a shell our commands and options, made of the command tree itself. */
import { Argument, Command } from "commander";
import { bashCompletion } from "./completion/bash.js";
import { type CommandWords, commandWords } from "./completion/command-words.js";
import { fishCompletion } from "./completion/fish.js";
import { zshCompletion } from "./completion/zsh.js";
import { StdoutSink } from "./sinks.js";

const EXAMPLES = `
Examples:
  mubbles completion bash > ~/.local/share/bash-completion/completions/mubbles
  mubbles completion zsh > ~/.zfunc/_mubbles          with fpath+=~/.zfunc before compinit in ~/.zshrc
  mubbles completion fish > ~/.config/fish/completions/mubbles.fish
`;

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const satisfies Record<
  string,
  (program: CommandWords) => string
>;

/** `program` is what it completes. */
export function completionCommand(program: Command): Command {
  return new Command("completion")
    .summary("print a completion script for a shell")
    .description("Print a script that completes commands, options and their values.")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SHELLS)))
    .addHelpText("after", EXAMPLES)
    .action(async (shell: keyof typeof SHELLS) => {
      await new StdoutSink().write(SHELLS[shell](commandWords(program)));
    });
}
