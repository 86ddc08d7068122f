/** What a model fails with: while it is loaded, and while it runs. A MubblesError stays what it is. */
import { type ErrorCode, MubblesError } from "../errors.js";

/** Of a model's folder, or a session made from it: MODEL_OUT_OF_MEMORY where memory was short, else MODEL_BROKEN. */
export function modelError(folder: string, cause: unknown): MubblesError {
  return ofCause(cause, /bad_?alloc|out of memory|allocat/i, "MODEL_BROKEN", folder);
}

/** MODEL_OUT_OF_MEMORY where memory was short, else INTERNAL: a model that loaded is not to blame. */
export function runError(cause: unknown): MubblesError {
  return ofCause(cause, /bad_?alloc|out of memory|allocate memory|Array buffer allocation/i, "INTERNAL");
}

function ofCause(cause: unknown, memory: RegExp, otherwise: ErrorCode, where?: string): MubblesError {
  if (cause instanceof MubblesError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new MubblesError(memory.test(detail) ? "MODEL_OUT_OF_MEMORY" : otherwise, { where, detail, cause });
}
