/** A command with whatever was asked for to look into it. */
import { asMubblesError, EXIT } from "../errors.js";
import { packageVersion } from "../version.js";
import { startProfile } from "./cpu-profile.js";
import type { DiagnosisOptions } from "./diagnosis-flags.js";
import { worseExitCode } from "./exit-code.js";
import { log, openLog } from "./log-file.js";
import { note, reportError } from "./messages.js";
import { openTrace } from "./trace-file.js";

/** The exit code of `work`, or a graver one where a file could not be written. */
export async function withDiagnosis(
  { trace, profile, log: logPath, logLevel }: DiagnosisOptions,
  work: () => Promise<number>,
): Promise<number> {
  /** In the order in which they are called. */
  const ends: (() => void | Promise<void>)[] = [];
  if (logPath !== undefined) ends.push(openLog(logPath, logLevel));
  if (trace !== undefined) {
    const end = openTrace(trace);
    ends.unshift(async () => {
      const { lostEvents } = await end();
      if (lostEvents > 0) note(`${trace}: ${lostEvents} events are missing, the disk was too slow`);
    });
  }
  if (profile !== undefined) ends.unshift(await startProfile(profile));
  log("info", "begin", {
    version: packageVersion(),
    node: process.version,
    arguments: process.argv.slice(2),
  });
  let exitCode: number = EXIT.ok;
  try {
    exitCode = await work();
    log("info", "end", { exitCode });
  } catch (thrown) {
    const { code, message } = asMubblesError(thrown);
    log("error", message, { code });
    throw thrown;
  } finally {
    for (const end of ends) {
      try {
        await end();
      } catch (thrown) {
        const error = asMubblesError(thrown);
        reportError(error);
        exitCode = worseExitCode(exitCode, error.exitCode);
      }
    }
  }
  return exitCode;
}
