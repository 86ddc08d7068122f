/** The lines of one utterance in a column: what is certain plain, what may change dimmed. */
import wrapAnsi from "wrap-ansi";
import { formatClock } from "../../output/clock.js";
import { terminalText } from "../../output/terminal-text.js";
import type { UtteranceView } from "../view-state.js";
import { fitted } from "./fit.js";
import { palette } from "./palette.js";

/** Text begins where the name of its channel does. */
const INDENT = " ";

export interface LineStyle {
  readonly width: number;
  readonly showsTimes: boolean;
}

interface Drawn extends LineStyle {
  readonly lines: readonly string[];
}

/** An utterance that has not changed has the lines it had: of thousands only the last are wrapped again. */
const drawn = new WeakMap<UtteranceView, Drawn>();

/** Each fills `width` cells. */
export function utteranceLines(view: UtteranceView, style: LineStyle): readonly string[] {
  const before = drawn.get(view);
  if (before?.width === style.width && before.showsTimes === style.showsTimes) return before.lines;
  const lines = wrapped(view, style);
  drawn.set(view, { ...style, lines });
  return lines;
}

function wrapped(view: UtteranceView, { width, showsTimes }: LineStyle): readonly string[] {
  const text = styledText(view);
  const time = showsTimes ? `${palette.time(formatClock(view.startSeconds))} ` : "";
  const room = Math.max(1, width - INDENT.length);
  const lines = wrapAnsi(time + text, room, { hard: true, trim: true }).split("\n");
  return lines.map((line) => fitted(INDENT + line, width));
}

function styledText({ confirmed, partial, final }: UtteranceView): string {
  if (final !== undefined) return palette.final(terminalText(final.text).trim());
  const certain = terminalText(confirmed).trimStart();
  const open = terminalText(partial);
  if (certain === "" && open.trim() === "") return palette.partial("…");
  return palette.confirmed(certain) + palette.partial(certain === "" ? open.trimStart() : open);
}
