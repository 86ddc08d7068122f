/** The program: runs one command line and sets the exit code. bin/mubbles.js calls it. */
import { type Command, CommanderError } from "commander";
import { asMubblesError, EXIT, MubblesError } from "../errors.js";
import { loaderError } from "../model/model-error.js";
import { reportError } from "./messages.js";
import { giveBackTerminal } from "./terminal-guard.js";

/** A handle that a native library forgot to close must not keep a finished program alive. */
const LINGER_MS = 3000;

export async function main(argv: readonly string[]): Promise<void> {
  guardProcess();
  let exitCode: number = EXIT.ok;
  try {
    const program = await importProgram(argv, (code) => {
      exitCode = code;
    });
    await program.parseAsync(argv);
  } catch (thrown) {
    exitCode = endWith(thrown);
  }
  process.exitCode = exitCode;
  setTimeout(() => process.exit(exitCode), LINGER_MS).unref();
}

/** What importing the program failed with: Node rejects a promise of its own with it too. */
let importFailure: unknown;

/** Not statically: what the install left out is to be said. */
async function importProgram(argv: readonly string[], finish: (exitCode: number) => void): Promise<Command> {
  try {
    const { createProgram } = await import("./program.js");
    return await createProgram(finish, argv[2]);
  } catch (cause) {
    importFailure = cause;
    throw cause;
  }
}

function endWith(thrown: unknown): number {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.ok;
  const error = failureOf(thrown);
  reportError(error);
  return error.exitCode;
}

/** What is said of whatever a command threw. */
export function failureOf(thrown: unknown): MubblesError {
  return thrown instanceof CommanderError
    ? usageError(thrown)
    : (loaderError(thrown) ?? asMubblesError(thrown));
}

function usageError({ message, code }: CommanderError): MubblesError {
  if (code === "commander.help") return new MubblesError("USAGE", { detail: "a command is missing" });
  return new MubblesError("USAGE", { detail: message.replace(/^error: /, "") });
}

/** Whatever goes wrong outside of every try ends in one line too: the first such thing, others may only come of it. */
function guardProcess(): void {
  let isEnding = false;
  const onStray = async (thrown: unknown) => {
    if (isEnding || (thrown !== undefined && thrown === importFailure)) return;
    isEnding = true;
    await giveBackTerminal();
    reportError(asMubblesError(thrown));
    process.exit(EXIT.bug);
  };
  process.on("uncaughtException", onStray);
  process.on("unhandledRejection", onStray);
  // Whoever writes a result awaits the write and meets its error there; nobody is there for help that goes astray.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
}
