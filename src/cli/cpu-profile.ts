/** A CPU profile of the main thread, as Chrome's developer tools and others open it. */
import { writeFile } from "node:fs/promises";
import { Session } from "node:inspector/promises";
import { outputError } from "../writing.js";

/** Begins at once; the function that this gives ends it and writes the file. OUTPUT_FAILED and its kin. */
export async function startProfile(path: string): Promise<() => Promise<void>> {
  // Found out before the work and not after it.
  await writeFile(path, "").catch((thrown) => {
    throw outputError(path, thrown);
  });
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  return async () => {
    const { profile } = await session.post("Profiler.stop");
    session.disconnect();
    await writeFile(path, JSON.stringify(profile)).catch((thrown) => {
      throw outputError(path, thrown);
    });
  };
}
