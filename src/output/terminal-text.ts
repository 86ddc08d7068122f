/** Text that came from audio, made safe for a terminal: whatever the model says, it moves no cursor and changes no title. */

// Control characters of both sets, and what turns the direction of all text after it.
const UNSAFE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;
const LONE_SURROGATES = /[\ud800-\udfff]/gu;

/** One line without control characters; runs of them become one space. */
export function terminalText(text: string): string {
  return text.replace(UNSAFE, " ").replace(LONE_SURROGATES, "\ufffd");
}
