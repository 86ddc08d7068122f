/** What is drawn over the text: the help, and lists to choose from. */
import { terminalText } from "../../output/terminal-text.js";
import type { Choice, Panel } from "../view-state.js";
import { fitted } from "./fit.js";
import { palette } from "./palette.js";

const HELP: readonly (readonly [string, string])[] = [
  ["Tab", "select the other channel: pause, mute and device act on the selected one"],
  ["p", "pause or resume the channel: nothing of it is looked at"],
  ["m", "mute or unmute the channel: the meter lives on, nothing is transcribed"],
  ["d", "choose the channel's device from a list"],
  ["b  B", "beam size down, up; 0 and 1 are greedy"],
  ["l", "choose the language"],
  ["t", "translate into English, or not"],
  ["[  ]", "threshold down, up: quieter sound begins no utterance"],
  ["k", "mark this moment"],
  ["c", "copy the last utterance to the clipboard"],
  ["s", "save the text as SRT, TXT or JSON"],
  ["g", "spectrogram on or off"],
  ["i", "times on or off"],
  ["↑ ↓ PgUp PgDn Home End", "scroll; f follows the newest text again"],
  ["q  Ctrl-C", "quit: what is being said is still made final"],
  ["", "Changes take effect at the next utterance."],
  ["", "Bright text is certain, dimmed text may still change."],
];

/** `height` lines of `width` cells. */
export function drawPanel(panel: Exclude<Panel, { type: "none" }>, width: number, height: number): string[] {
  const lines = panel.type === "help" ? helpLines() : choiceLines(panel.choice, panel.selected, height);
  return Array.from({ length: height }, (_, row) => fitted(lines[row] ?? "", width));
}

function helpLines(): string[] {
  const keys = HELP.map(([key, what]) => `  ${palette.key(key.padEnd(24))}${what}`);
  return [palette.strong(" Keys"), "", ...keys, "", palette.quiet("  any key closes this")];
}

function choiceLines({ title, items }: Choice, selected: number, height: number): string[] {
  const room = Math.max(1, height - 4);
  const first = Math.max(0, Math.min(selected - Math.floor(room / 2), items.length - room));
  const shown = items.slice(first, first + room).map(({ label }, i) => {
    const text = ` ${terminalText(label)} `;
    return first + i === selected ? `  ${palette.selected(`▸${text}`)}` : `   ${text}`;
  });
  const hint = palette.quiet("  ↑ ↓ choose · Enter takes it · Esc leaves");
  return [palette.strong(` ${terminalText(title)}`), "", ...shown, "", hint];
}
