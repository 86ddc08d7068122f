/** The spectrogram of a channel: two bands of mel in each cell by half blocks, time from left to right, words below at their times. */
import chalk from "chalk";
import stringWidth from "string-width";
import type { LiveWord } from "../../live-events.js";
import { terminalText } from "../../output/terminal-text.js";
import type { SpectrumView } from "../view-state.js";
import { fitted } from "./fit.js";
import { palette } from "./palette.js";

/** From silence to loud: dark violet, red, orange, pale yellow. */
const COLOURS = [
  [0, 0, 4],
  [59, 15, 112],
  [140, 41, 129],
  [222, 73, 104],
  [254, 159, 109],
  [252, 253, 191],
] as const;
const SHADES = [" ", "░", "▒", "▓", "█"] as const;
/** Levels of chalk: 0 no colour, 1 sixteen, 2 256, 3 all. */
const MANY_COLOURS = 2;

interface SpectrogramInput {
  readonly spectrum: SpectrumView;
  /** Words of the channel, in order; those that lie in what is shown are written below it. */
  readonly words: readonly LiveWord[];
}

/** `height` lines of `width` cells; the last one holds the words. */
export function drawSpectrogram(
  { spectrum, words }: SpectrogramInput,
  width: number,
  height: number,
): string[] {
  const bandRows = Math.max(0, height - 1);
  const shown = spectrum.columns.slice(-width);
  const empty = width - shown.length;
  const rows = Array.from({ length: bandRows }, (_, row) => {
    let line = " ".repeat(empty);
    for (const column of shown) line += cell(column, row, bandRows);
    return line;
  });
  const startSeconds = spectrum.endSeconds - width * spectrum.stepSeconds;
  return [...rows, wordLine(words, startSeconds, spectrum.stepSeconds, width)].slice(0, height);
}

/** The highest bands are on top. */
function cell(column: Uint8Array, row: number, rows: number): string {
  const halves = 2 * rows;
  const upper = bandMaximum(column, halves - 1 - 2 * row, halves);
  const lower = bandMaximum(column, halves - 2 - 2 * row, halves);
  if (chalk.level < MANY_COLOURS) return SHADES[Math.floor((Math.max(upper, lower) / 256) * SHADES.length)]!;
  return chalk.rgb(...colour(upper)).bgRgb(...colour(lower))("▀");
}

/** The loudest band of the part `index` of `parts`. */
function bandMaximum(column: Uint8Array, index: number, parts: number): number {
  const from = Math.floor((index * column.length) / parts);
  const to = Math.max(from + 1, Math.floor(((index + 1) * column.length) / parts));
  let largest = 0;
  for (let band = from; band < to; band++) largest = Math.max(largest, column[band] ?? 0);
  return largest;
}

/** Sixteen steps: the same colours again and again are fewer bytes to write. */
function colour(value: number): [number, number, number] {
  const position = (Math.floor(value / 16) / 15) * (COLOURS.length - 1);
  const index = Math.min(COLOURS.length - 2, Math.floor(position));
  const part = position - index;
  const [low, high] = [COLOURS[index]!, COLOURS[index + 1]!];
  const mix = (i: 0 | 1 | 2) => Math.round(low[i] + part * (high[i] - low[i]));
  return [mix(0), mix(1), mix(2)];
}

/** Each word where it begins, unless the one before is still being written there. */
function wordLine(
  words: readonly LiveWord[],
  startSeconds: number,
  stepSeconds: number,
  width: number,
): string {
  if (stepSeconds === 0) return fitted("", width);
  let line = "";
  for (const { word, startSeconds: at } of words) {
    const cellOfWord = Math.round((at - startSeconds) / stepSeconds);
    const text = terminalText(word).trim();
    const free = stringWidth(line);
    if (cellOfWord < 0 || cellOfWord >= width || text === "" || (free > 0 && cellOfWord <= free)) continue;
    line += " ".repeat(cellOfWord - free) + text;
  }
  return palette.quiet(fitted(line, width));
}
