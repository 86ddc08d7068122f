/** Times as subtitle formats write them, in whole milliseconds so that rounding cannot make two cues overlap. */

const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60 * MS_PER_SECOND;
const MS_PER_HOUR = 60 * MS_PER_MINUTE;
/** 31 years; what lies beyond is no time of a recording, and its milliseconds would stop being exact. */
const LATEST_SECONDS = 1e9;

/** Seconds of the recording as whole milliseconds, never negative; `undefined` for what is no time at all. */
export function toMilliseconds(seconds: number): number | undefined {
  if (!Number.isFinite(seconds)) return undefined;
  return Math.round(Math.min(Math.max(seconds, 0), LATEST_SECONDS) * MS_PER_SECOND);
}

/** `HH:MM:SS,mmm`; more than two digits of hours where it takes them. */
export function srtTimestamp(timeMs: number): string {
  return `${hoursOf(timeMs)}:${minutesOf(timeMs)},${fractionOf(timeMs)}`;
}

/** `MM:SS.mmm`, with the hours in front from one hour on, as openai/whisper writes it. */
export function vttTimestamp(timeMs: number): string {
  const hours = timeMs >= MS_PER_HOUR ? `${hoursOf(timeMs)}:` : "";
  return `${hours}${minutesOf(timeMs)}.${fractionOf(timeMs)}`;
}

function hoursOf(timeMs: number): string {
  return String(Math.floor(timeMs / MS_PER_HOUR)).padStart(2, "0");
}

/** Minutes and seconds, `MM:SS`. */
function minutesOf(timeMs: number): string {
  const minutes = Math.floor((timeMs % MS_PER_HOUR) / MS_PER_MINUTE);
  const seconds = Math.floor((timeMs % MS_PER_MINUTE) / MS_PER_SECOND);
  return `${String(minutes).padStart(2, "0")}:${String(seconds).padStart(2, "0")}`;
}

function fractionOf(timeMs: number): string {
  return String(timeMs % MS_PER_SECOND).padStart(3, "0");
}
