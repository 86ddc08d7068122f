/** Which events are logged, and at which level: what was said only where `debug` is asked for. */
import type { TranscribeEvent } from "../events.js";
import type { LiveEvent } from "../live-events.js";
import { type LogLevel, log } from "./log-file.js";

/** Levels, spectra and text that is not final are many, and say nothing afterwards. */
const LIVE_LEVELS: Readonly<Partial<Record<LiveEvent["type"], LogLevel>>> = {
  session: "info",
  status: "info",
  end: "info",
  warning: "warn",
  error: "error",
  speech: "debug",
  final: "debug",
};

/** Of `mubbles listen`. */
export function logEvent(event: LiveEvent): void {
  const level = LIVE_LEVELS[event.type];
  if (level !== undefined) log(level, "message" in event ? event.message : event.type, { event });
}

/** Of `mubbles file`. */
export function logTranscription(input: string, event: TranscribeEvent): void {
  if (event.type === "warning") {
    log("warn", event.error.message, { input, code: event.error.code });
  } else if (event.type !== "progress") {
    log(event.type === "segment" ? "debug" : "info", event.type, { input, event });
  }
}
