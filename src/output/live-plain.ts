/** Final text as lines for people: `1:15 mic: Good morning.` */
import type { LiveEvent } from "../live-events.js";
import { formatClock } from "./clock.js";
import { isNoise } from "./noise.js";
import { foldSpaces } from "./text.js";

/** "" for events that hold no text to show: all that is not final, and marks of sounds. */
export function livePlainLine(event: LiveEvent): string {
  if (event.type !== "final" || isNoise(event.text)) return "";
  const text = foldSpaces(event.text);
  return text === "" ? "" : `${formatClock(event.startSeconds)} ${event.channel}: ${text}\n`;
}
