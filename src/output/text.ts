/** One line of readable text from a segment: what the subtitle, plain text and table writers have in common. */
import type { Segment } from "../transcript.js";

/** No-break spaces that mean something where they stand alone (French puts one before "?"). */
const NO_BREAK_SPACES = new Set(["\u00a0", "\u202f"]);

/** Runs of white space, line ends and control characters become one space; the ends are trimmed. */
export function foldSpaces(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, (run) => (NO_BREAK_SPACES.has(run) ? run : " ")).trim();
}

/** The segment on one line with its speaker in front, or "" where there is nothing to see. */
export function lineOf(segment: Segment): string {
  const text = foldSpaces(segment.text);
  if (!/[^\s\p{Cf}]/u.test(text)) return "";
  const speaker = foldSpaces(segment.speaker ?? "");
  return speaker === "" ? text : `${speaker}: ${text}`;
}
