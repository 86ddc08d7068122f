/** The program: runs one command line and sets the exit code. bin/mubbles.js calls it. */
import { type Command, CommanderError } from "commander";
import { asMubblesError, EXIT, MubblesError } from "../errors.js";
import { systemCode } from "../writing.js";
import { reportError } from "./messages.js";
import { giveBackTerminal } from "./terminal-guard.js";

/** A handle that a native library forgot to close must not keep a finished program alive. */
const LINGER_MS = 3000;
/** A library that the system refuses, or that the install left out. */
const LOADER_CODES = ["ERR_DLOPEN_FAILED", "MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"];

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

/** Not statically: onnxruntime comes with it, and where the system cannot load that this is to be said. */
async function importProgram(argv: readonly string[], finish: (exitCode: number) => void): Promise<Command> {
  try {
    const { createProgram } = await import("./program.js");
    return await createProgram(finish, argv[2]);
  } catch (cause) {
    importFailure = cause;
    if (!LOADER_CODES.includes(systemCode(cause))) throw cause;
    // The rest of the message is who required it.
    const detail = (cause as Error).message.split("\n", 1)[0];
    throw new MubblesError("RUNTIME_UNAVAILABLE", { detail, cause });
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
  return thrown instanceof CommanderError ? usageError(thrown) : asMubblesError(thrown);
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
