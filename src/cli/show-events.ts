/** The events of a session on their way to standard output, as JSON lines or plain text, and the exit code that they add up to. */
import { asMubblesError, EXIT } from "../errors.js";
import type { LiveEvent } from "../live-events.js";
import { liveJsonLine } from "../output/live-json.js";
import { livePlainLine } from "../output/live-plain.js";
import { traceSpan } from "../tracing.js";
import { exitCodeOf } from "./event-exit-code.js";
import { worseExitCode } from "./exit-code.js";
import type { ListenCommandOptions } from "./listen-options.js";
import type { TextSink } from "./sinks.js";

type ShowOptions = Pick<ListenCommandOptions, "levels"> & { readonly format: "json" | "plain" };

/**
 * Each line waits for the one before it, and the session for its reader: what may be left out for a slow one is the session's
 * business. A reader that has gone ends the session at once, and is no error. `tell` sees every event first.
 */
export async function showEvents(
  events: AsyncIterable<LiveEvent>,
  options: ShowOptions,
  sink: TextSink,
  tell: (event: LiveEvent) => void,
): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    for await (const event of events) {
      tell(event);
      exitCode = worseExitCode(exitCode, exitCodeOf(event));
      const began = performance.now();
      const isTaken = await sink.write(lineOf(event, options));
      traceSpan("output", "write", began, { event: event.type });
      if (!isTaken) return EXIT.ok;
    }
  } catch (thrown) {
    const { code, message, hint } = asMubblesError(thrown);
    const event: LiveEvent = { type: "error", atSeconds: 0, code, message, hint };
    await sink.write(lineOf(event, options)).catch(() => {});
    throw thrown;
  }
  return exitCode;
}

function lineOf(event: LiveEvent, { format, levels }: ShowOptions): string {
  if (format === "plain") return livePlainLine(event);
  return event.type === "level" && !levels ? "" : liveJsonLine(event);
}
