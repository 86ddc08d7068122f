/** What an event of a live session means for the exit code. */
import { ERROR_TABLE, EXIT } from "../errors.js";
import type { LiveEvent } from "../live-events.js";

/** A warning counts where text is missing because of it; a device that was lost and found leaves silence, and says so. */
export function exitCodeOf(event: LiveEvent): number {
  if (event.type !== "error" && event.type !== "warning") return EXIT.ok;
  const { exitCode } = ERROR_TABLE[event.code];
  return event.type === "error" || exitCode === EXIT.partial ? exitCode : EXIT.ok;
}
