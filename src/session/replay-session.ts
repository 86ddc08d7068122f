/** What a session told, told again at its own pace or another. */
import type { LevelEvent, LiveEvent, SpectrumEvent } from "../live-events.js";
import { RecordedSpectrum } from "./recorded-spectrum.js";
import type { ReplayPace } from "./replay-pace.js";
import type { RecordedSession } from "./session-reader.js";

interface ReplayOptions {
  /** Text from before comes at once, and levels not at all. */
  readonly fromSeconds: number;
  readonly pace: ReplayPace;
  /** Spectrum events too, which are not recorded: they are made of the audio. */
  readonly hasSpectrum: boolean;
}

/** Ends without an error when the signal aborts. */
export async function* replaySession(
  session: RecordedSession,
  { fromSeconds, pace, hasSpectrum }: ReplayOptions,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent> {
  const spectrum = hasSpectrum ? new RecordedSpectrum(session) : undefined;
  try {
    for (const event of session.events) {
      if (event.atSeconds >= fromSeconds) await pace.reach(event.atSeconds, event.type !== "level", signal);
      if (signal.aborted) return;
      const isShown = event.atSeconds >= fromSeconds || event.type !== "level";
      if (event.type === "level") yield* await spectrumOf(event, isShown, spectrum);
      if (isShown) yield event;
    }
  } finally {
    spectrum?.free();
  }
}

async function spectrumOf(
  level: LevelEvent,
  isShown: boolean,
  spectrum: RecordedSpectrum | undefined,
): Promise<SpectrumEvent[]> {
  const event = isShown ? await spectrum?.next(level) : spectrum?.skip(level);
  return event === undefined ? [] : [event];
}
