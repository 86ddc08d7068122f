/** What standard error says: errors and warnings with their code and hint, and plain notes. */
import type { MubblesError } from "../errors.js";
import { log } from "./log-file.js";

/** An error, or an event that tells of one. */
export type Problem = Pick<MubblesError, "code" | "message" | "hint">;

/** "mubbles: CODE: what happened", then what to do. A stack trace only where someone asks for one. */
export function reportError(error: Problem): void {
  writeError(`mubbles: ${error.code}: ${onOneLine(error.message)}\n  ${error.hint}\n`);
  if (process.env.MUBBLES_DEBUG === "1") {
    for (let thrown: unknown = error; thrown instanceof Error; thrown = thrown.cause) {
      writeError(`${thrown.stack ?? thrown.message}\n`);
    }
  }
}

export function note(text: string): void {
  log("info", text);
  writeError(`mubbles: ${text}\n`);
}

export function writeError(text: string): void {
  process.stderr.write(text);
}

/** Messages of libraries may run over several lines; scripts read ours line by line. */
function onOneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}
