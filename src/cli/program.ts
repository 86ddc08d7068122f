/** The commands and what commander says when they are used wrongly. */
import { Command } from "commander";
import { packageVersion } from "../version.js";
import { alignCommand } from "./align-command.js";
import { completionCommand } from "./completion-command.js";
import { devicesCommand } from "./devices-command.js";
import { doctorCommand } from "./doctor-command.js";
import { fileCommand } from "./file-command.js";
import { listenCommand } from "./listen-command.js";
import { modelsCommand } from "./models-command.js";
import { replayCommand } from "./replay-command.js";
import { reportCommand } from "./report-command.js";
import { sessionsCommand } from "./sessions-command.js";
import { summarizeCommand } from "./summarize-command.js";

const EXAMPLES = `
Examples:
  mubbles file meeting.mp4 > meeting.srt
  mubbles file -f srt,json -o subtitles *.mkv
  mubbles listen --json
  mubbles devices
  mubbles align talk.mp4 talk.txt > talk.srt
  mubbles sessions show last
  mubbles report last -o call.html
  mubbles models list
  mubbles doctor

\`mubbles COMMAND --help\` explains a command. MUBBLES_DEBUG=1 adds stack traces to errors.
`;

/** `finish` takes the exit code of the command that ran. */
export function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Command("mubbles")
    .description("Offline transcription, on this machine only: recordings to subtitles, live speech to text.")
    .version(packageVersion(), "-V, --version", "print the version")
    .addHelpText("after", EXAMPLES);
  program.addCommand(fileCommand(finish));
  program.addCommand(listenCommand(finish));
  program.addCommand(alignCommand(finish));
  program.addCommand(devicesCommand());
  program.addCommand(sessionsCommand());
  program.addCommand(replayCommand(finish));
  program.addCommand(reportCommand());
  program.addCommand(summarizeCommand());
  program.addCommand(modelsCommand(finish));
  program.addCommand(doctorCommand(finish));
  program.addCommand(completionCommand(program));
  for (const command of withSubcommands(program)) {
    // Commander throws instead of ending the process; main() says it in our words.
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  return program;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
