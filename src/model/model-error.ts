/** What a model fails with: while it is loaded, and while it runs. A MubblesError stays what it is. */
import { type ErrorCode, MubblesError } from "../errors.js";
import { systemCode } from "../writing.js";

/** A library that the system refuses, or that the install left out. */
const LOADER_CODES = ["ERR_DLOPEN_FAILED", "MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"];

/** Of a model's folder, or a session made from it: MODEL_OUT_OF_MEMORY where memory was short, else MODEL_BROKEN. */
export function modelError(folder: string, cause: unknown): MubblesError {
  return ofCause(cause, /bad_?alloc|out of memory|allocat/i, "MODEL_BROKEN", folder);
}

/** MODEL_OUT_OF_MEMORY where memory was short, else INTERNAL: a model that loaded is not to blame. */
export function runError(cause: unknown): MubblesError {
  return ofCause(cause, /bad_?alloc|out of memory|allocate memory|Array buffer allocation/i, "INTERNAL");
}

/** RUNTIME_UNAVAILABLE where code could not be read because of a library that is not to be loaded; undefined: `cause` is something else. */
export function loaderError(cause: unknown): MubblesError | undefined {
  if (!LOADER_CODES.includes(systemCode(cause))) return undefined;
  // The rest of the message is who required it.
  const detail = (cause as Error).message.split("\n", 1)[0];
  return new MubblesError("RUNTIME_UNAVAILABLE", { detail, cause });
}

function ofCause(cause: unknown, memory: RegExp, otherwise: ErrorCode, where?: string): MubblesError {
  if (cause instanceof MubblesError) return cause;
  const unavailable = loaderError(cause);
  if (unavailable !== undefined) return unavailable;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new MubblesError(memory.test(detail) ? "MODEL_OUT_OF_MEMORY" : otherwise, { where, detail, cause });
}
