/** The commands and what commander says when they are used wrongly. */
import { Command } from "commander";
import { packageVersion } from "../version.js";
import { completionCommand } from "./completion-command.js";

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

type Finish = (exitCode: number) => void;

/** As the help lists them. What each needs is read when it is asked for: all of it takes 0.25 s, and 20 MB for as long as it runs. */
const COMMANDS: Readonly<Record<string, (finish: Finish) => Promise<Command>>> = {
  file: async (finish) => (await import("./file-command.js")).fileCommand(finish),
  listen: async (finish) => (await import("./listen-command.js")).listenCommand(finish),
  align: async (finish) => (await import("./align-command.js")).alignCommand(finish),
  devices: async () => (await import("./devices-command.js")).devicesCommand(),
  sessions: async () => (await import("./sessions-command.js")).sessionsCommand(),
  replay: async (finish) => (await import("./replay-command.js")).replayCommand(finish),
  report: async () => (await import("./report-command.js")).reportCommand(),
  summarize: async () => (await import("./summarize-command.js")).summarizeCommand(),
  models: async (finish) => (await import("./models-command.js")).modelsCommand(finish),
  doctor: async (finish) => (await import("./doctor-command.js")).doctorCommand(finish),
};

/**
 * `finish` takes the exit code of the command that ran. Where the command line begins with the name of a command only that one is there,
 * else, for help, completion and words that are no command, all are.
 */
export async function createProgram(finish: Finish, firstWord?: string): Promise<Command> {
  const program = new Command("mubbles")
    .description("Offline transcription, on this machine only: recordings to subtitles, live speech to text.")
    .version(packageVersion(), "-V, --version", "print the version")
    .addHelpText("after", EXAMPLES);
  const isCommand = firstWord !== undefined && Object.hasOwn(COMMANDS, firstWord);
  const names = isCommand ? [firstWord] : Object.keys(COMMANDS);
  for (const name of names) program.addCommand(await COMMANDS[name]!(finish));
  if (!isCommand) program.addCommand(completionCommand(program));
  for (const command of withSubcommands(program)) {
    // Commander throws instead of ending the process; main() says it in our words.
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  return program;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
