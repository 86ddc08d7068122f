import type { MubblesError } from "../../src/errors.js";

/** The code of what `work` throws; what is no MubblesError shows as text. */
export async function thrownCode(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as MubblesError).code ?? String(error);
  }
  return "nothing was thrown";
}
