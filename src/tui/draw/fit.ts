/** Strings that fill exactly as many cells of the terminal as they should. */
import { stripVTControlCharacters } from "node:util";
import sliceAnsi from "slice-ansi";
import stringWidth from "string-width";

const PLAIN = /^[\u0020-\u007e─│┊·█▀×…●▸]*$/;

/** Cells that `text` takes. Most lines are of signs one cell wide: for those nothing is segmented, which is most of a frame's work. */
export function cellsOf(text: string): number {
  const bare = text.includes("\u001b") ? stripVTControlCharacters(text) : text;
  return PLAIN.test(bare) ? bare.length : stringWidth(bare);
}

/** `text` in `width` cells: cut with "…", or filled up with spaces. */
export function fitted(text: string, width: number): string {
  const missing = width - cellsOf(text);
  if (missing >= 0) return text + " ".repeat(missing);
  if (width <= 0) return "";
  // The two libraries count some joined signs differently: what is cut is measured again.
  let cut = sliceAnsi(text, 0, width - 1);
  for (let end = width - 2; cellsOf(cut) > width - 1; end--) cut = sliceAnsi(text, 0, end);
  return `${cut}${" ".repeat(Math.max(0, width - 1 - cellsOf(cut)))}…`;
}

/** `text` in at most `width` cells; what has no room goes from its middle, because long names often differ at their ends. */
export function shortened(text: string, width: number): string {
  const cells = cellsOf(text);
  if (cells <= width) return text;
  if (width < 3) return fitted(text, width);
  const tail = Math.ceil((2 * (width - 1)) / 3);
  const head = sliceAnsi(text, 0, width - 1 - tail);
  return `${head}…${sliceAnsi(text, cells - tail, cells)}`;
}

/** `left` and `right` at the ends of `width` cells; `left` is cut where both have no room. */
export function spread(left: string, right: string, width: number): string {
  const room = width - cellsOf(right) - 1;
  return room < 1 ? fitted(left, width) : `${fitted(left, room)} ${right}`;
}

/** As many of `parts` as have room, the first ones first, `separator` between them. */
export function asManyAsFit(parts: readonly string[], separator: string, width: number): string {
  let line = "";
  for (const part of parts) {
    const longer = line === "" ? part : line + separator + part;
    if (cellsOf(longer) > width) break;
    line = longer;
  }
  return line;
}
