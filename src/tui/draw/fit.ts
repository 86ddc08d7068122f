/** Strings that fill exactly as many cells of the terminal as they should. */

import sliceAnsi from "slice-ansi";
import stringWidth from "string-width";

/** `text` in `width` cells: cut with "…", or filled up with spaces. */
export function fitted(text: string, width: number): string {
  const missing = width - stringWidth(text);
  if (missing >= 0) return text + " ".repeat(missing);
  if (width <= 0) return "";
  const cut = sliceAnsi(text, 0, width - 1);
  return `${cut}${" ".repeat(Math.max(0, width - 1 - stringWidth(cut)))}…`;
}

/** `left` and `right` at the ends of `width` cells; `left` is cut where both have no room. */
export function spread(left: string, right: string, width: number): string {
  const room = width - stringWidth(right) - 1;
  return room < 1 ? fitted(left, width) : `${fitted(left, room)} ${right}`;
}

/** As many of `parts` as have room, the first ones first, `separator` between them. */
export function asManyAsFit(parts: readonly string[], separator: string, width: number): string {
  let line = "";
  for (const part of parts) {
    const longer = line === "" ? part : line + separator + part;
    if (stringWidth(longer) > width) break;
    line = longer;
  }
  return line;
}
