/** What stands on the screen before the session begins. */
import { terminalText } from "../../output/terminal-text.js";
import type { Loading } from "../view-state.js";
import { fitted } from "./fit.js";
import { palette } from "./palette.js";

const MAX_BAR_CELLS = 40;

/** `height` lines of `width` cells. */
export function loadingLines({ what, part }: Loading, width: number, height: number): string[] {
  const bar = part === undefined ? "" : `${progressBar(part, Math.min(MAX_BAR_CELLS, width - 8))}`;
  const lines = ["", ` ${terminalText(what)} …`, ` ${bar}`];
  return Array.from({ length: height }, (_, row) => fitted(lines[row] ?? "", width));
}

function progressBar(part: number, cells: number): string {
  const bounded = Math.min(1, Math.max(0, part));
  const done = Math.round(bounded * cells);
  const percent = `${Math.floor(100 * bounded)} %`.padStart(6);
  return palette.good("█".repeat(done)) + palette.quiet("·".repeat(Math.max(0, cells - done))) + percent;
}
