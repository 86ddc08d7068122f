/** What a model's folder, or a session made from it, fails with. */
import { MubblesError } from "../errors.js";

/** MODEL_OUT_OF_MEMORY where memory was short, else MODEL_BROKEN; a MubblesError stays what it is. */
export function modelError(folder: string, cause: unknown): MubblesError {
  if (cause instanceof MubblesError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  const code = /bad_?alloc|out of memory|allocat/i.test(detail) ? "MODEL_OUT_OF_MEMORY" : "MODEL_BROKEN";
  return new MubblesError(code, { where: folder, detail, cause });
}
