/** What a model fails with: while it is loaded, and while it runs. */
import { MubblesError } from "../errors.js";

/** MODEL_OUT_OF_MEMORY where memory was short, else MODEL_BROKEN; a MubblesError stays what it is. */
export function modelError(folder: string, cause: unknown): MubblesError {
  if (cause instanceof MubblesError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  const code = /bad_?alloc|out of memory|allocat/i.test(detail) ? "MODEL_OUT_OF_MEMORY" : "MODEL_BROKEN";
  return new MubblesError(code, { where: folder, detail, cause });
}

/** MODEL_OUT_OF_MEMORY where memory was short, else INTERNAL: a model that loaded is not to blame. A MubblesError stays what it is. */
export function runError(cause: unknown): MubblesError {
  if (cause instanceof MubblesError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  const isMemory = /bad_?alloc|out of memory|Array buffer allocation/i.test(detail);
  return new MubblesError(isMemory ? "MODEL_OUT_OF_MEMORY" : "INTERNAL", { detail, cause });
}
