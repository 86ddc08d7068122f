/** Text as HTML. Pure. */
import { terminalText } from "../terminal-text.js";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Whatever it says, it is shown as text, in an element or a quoted attribute; what turns the direction of writing is taken out. */
export function escapeHtml(text: string): string {
  return terminalText(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** JSON that can stand in a script element: no end tag and no comment begins in it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
