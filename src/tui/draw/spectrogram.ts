/** The spectrogram of a channel: two bands of mel in each cell by half blocks, time from left to right, words below at their times. */
import chalk from "chalk";
import type { LiveWord } from "../../live-events.js";
import { terminalText } from "../../output/terminal-text.js";
import type { SpectrumView } from "../view-state.js";
import { cellsOf, fitted } from "./fit.js";
import { palette } from "./palette.js";
import { StyledLine } from "./styled-line.js";

/** From silence to loud: dark violet, red, orange, pale yellow. */
const COLOURS = [
  [0, 0, 4],
  [59, 15, 112],
  [140, 41, 129],
  [222, 73, 104],
  [254, 159, 109],
  [252, 253, 191],
] as const;
/** The same colours again and again are fewer bytes to write. */
const STEPS = 16;
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
    const line = new StyledLine();
    line.add(plain, " ".repeat(empty));
    for (const column of shown) addCell(line, column, row, bandRows);
    return line.toString();
  });
  const startSeconds = spectrum.endSeconds - width * spectrum.stepSeconds;
  return [...rows, wordLine(words, startSeconds, spectrum.stepSeconds, width)].slice(0, height);
}

/** The highest bands are on top. */
function addCell(line: StyledLine, column: Uint8Array, row: number, rows: number): void {
  const halves = 2 * rows;
  const upper = bandMaximum(column, halves - 1 - 2 * row, halves);
  const lower = bandMaximum(column, halves - 2 - 2 * row, halves);
  if (chalk.level < MANY_COLOURS)
    line.add(plain, SHADES[Math.floor((Math.max(upper, lower) / 256) * SHADES.length)]!);
  else line.add(halfBlock(step(upper), step(lower)), "▀");
}

function plain(text: string): string {
  return text;
}

const halfBlocks = new Map<number, (text: string) => string>();

/** The style of a cell whose halves have these steps of colour. */
function halfBlock(upper: number, lower: number): (text: string) => string {
  const key = upper * STEPS + lower;
  let style = halfBlocks.get(key);
  if (style === undefined) {
    style = chalk.rgb(...colour(upper)).bgRgb(...colour(lower));
    halfBlocks.set(key, style);
  }
  return style;
}

/** The loudest band of the part `index` of `parts`. */
function bandMaximum(column: Uint8Array, index: number, parts: number): number {
  const from = Math.floor((index * column.length) / parts);
  const to = Math.max(from + 1, Math.floor(((index + 1) * column.length) / parts));
  let largest = 0;
  for (let band = from; band < to; band++) largest = Math.max(largest, column[band] ?? 0);
  return largest;
}

function step(value: number): number {
  return Math.floor((value * STEPS) / 256);
}

function colour(ofStep: number): [number, number, number] {
  const position = (ofStep / (STEPS - 1)) * (COLOURS.length - 1);
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
    const free = cellsOf(line);
    if (cellOfWord < 0 || cellOfWord >= width || text === "" || (free > 0 && cellOfWord <= free)) continue;
    line += " ".repeat(cellOfWord - free) + text;
  }
  return palette.quiet(fitted(line, width));
}
