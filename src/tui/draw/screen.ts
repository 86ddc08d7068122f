/** The whole screen as lines: header, text, footer. Pure; as many lines and cells as there is room for, never more. */
import type { ChannelName } from "../../live-events.js";
import { linesBack } from "../scroll-position.js";
import type { ViewState } from "../view-state.js";
import { channelHeader } from "./channel-header.js";
import { footer, type Machine } from "./footer.js";
import { loadingLines } from "./loading-lines.js";
import { palette } from "./palette.js";
import { drawSpectrogram } from "./spectrogram.js";
import { columnRows, layOutTranscript, topRowOf } from "./transcript.js";

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Narrower than this, the channels stand one below the other. */
const MIN_COLUMNS_SIDE_BY_SIDE = 70;
const HEADER_ROWS = 2;
const FOOTER_ROWS = 4;
const MAX_SPECTROGRAM_ROWS = 9;
const DIVIDER = ` ${palette.quiet("│")} `;
const DIVIDER_CELLS = 3;

export function drawScreen(state: ViewState, machine: Machine, size: ScreenSize): string[] {
  const { columns, rows } = size;
  const channels = channelsOf(state);
  const back = state.scroll === undefined ? 0 : linesBack(state.scroll, scrollableLines(state, size));
  const below = footer(state, machine, back, columns).slice(0, Math.max(0, rows - 1));
  const height = Math.max(0, rows - below.length);
  if (state.session === undefined)
    return [...loadingLines(state.loading, columns, height), ...below].slice(0, rows);
  const isSideBySide = channels.length < 2 || columns >= MIN_COLUMNS_SIDE_BY_SIDE;
  const above = isSideBySide
    ? drawColumns(state, channels, { columns, rows: height }, back)
    : drawStack(state, channels, { columns, rows: height }, back);
  return [...above, ...below].slice(0, rows);
}

/** The rows between header and footer, where panels are drawn. */
export function textArea(state: ViewState, { rows }: ScreenSize): { topRow: number; rows: number } {
  const topRow = channelsOf(state).length === 0 ? 0 : HEADER_ROWS + 1;
  return { topRow, rows: Math.max(0, rows - FOOTER_ROWS - topRow) };
}

/** How many lines the newest text can be scrolled back by. */
export function scrollableLines(state: ViewState, { columns, rows }: ScreenSize): number {
  const channels = channelsOf(state);
  const isSideBySide = channels.length < 2 || columns >= MIN_COLUMNS_SIDE_BY_SIDE;
  const height = rows - FOOTER_ROWS;
  const each = isSideBySide ? [channels] : channels.map((channel) => [channel]);
  const width = isSideBySide ? columnWidth(columns, channels.length) : columns;
  const eachHeight = Math.floor(height / each.length);
  const room = eachHeight - HEADER_ROWS - 1 - spectrogramRows(state, eachHeight);
  const hidden = each.map(
    (names) => layOutTranscript(state.utterances, names, { width, showsTimes: state.showsTimes }).rows - room,
  );
  return Math.max(0, ...hidden);
}

function channelsOf({ channels }: ViewState): ChannelName[] {
  return (["mic", "loopback"] as const).filter((channel) => channels[channel] !== undefined);
}

function columnWidth(columns: number, count: number): number {
  return count < 2 ? columns : Math.floor((columns - DIVIDER_CELLS) / 2);
}

function drawColumns(
  state: ViewState,
  channels: readonly ChannelName[],
  { columns, rows: height }: ScreenSize,
  back: number,
): string[] {
  const width = columnWidth(columns, channels.length);
  const besides = (draw: (channel: ChannelName) => readonly string[], rows: number) =>
    sideBySide(channels.map(draw), { columns, width, rows });
  const header = besides((channel) => channelHeader(state, channel, width), HEADER_ROWS);
  const spectrumRows = spectrogramRows(state, height);
  const spectrum = besides((channel) => spectrogramOf(state, channel, width, spectrumRows), spectrumRows);
  const rule = palette.quiet("─".repeat(columns));
  const above = [...header, ...spectrum, rule];
  const room = Math.max(0, height - above.length);
  const layout = layOutTranscript(state.utterances, channels, { width, showsTimes: state.showsTimes });
  const topRow = topRowOf(layout, room, back);
  const blank = " ".repeat(width);
  return [...above, ...besides((channel) => columnRows(layout, channel, topRow, room, blank), room)].slice(
    0,
    height,
  );
}

function drawStack(
  state: ViewState,
  channels: readonly ChannelName[],
  { columns, rows: height }: ScreenSize,
  back: number,
): string[] {
  const each = Math.floor(height / channels.length);
  return channels.flatMap((channel, i) => {
    const rows = i === 0 ? height - each * (channels.length - 1) : each;
    return drawColumns(state, [channel], { columns, rows }, back);
  });
}

function spectrogramRows({ showsSpectrogram }: ViewState, height: number): number {
  return showsSpectrogram ? Math.min(MAX_SPECTROGRAM_ROWS, Math.floor(height / 3)) : 0;
}

function spectrogramOf(state: ViewState, channel: ChannelName, width: number, rows: number): string[] {
  if (rows === 0) return [];
  const { spectrum } = state.channels[channel]!;
  const startSeconds = spectrum.endSeconds - width * spectrum.stepSeconds;
  const words = state.utterances
    .filter((view) => view.channel === channel && view.endSeconds >= startSeconds)
    .flatMap((view) => view.words);
  return drawSpectrogram({ spectrum, words }, width, rows);
}

/** Blocks whose lines fill `width` cells, beside each other: lines of all `columns` cells. */
function sideBySide(
  blocks: readonly (readonly string[])[],
  { columns, width, rows }: { readonly columns: number; readonly width: number; readonly rows: number },
): string[] {
  const used = blocks.length * width + Math.max(0, blocks.length - 1) * DIVIDER_CELLS;
  const rest = " ".repeat(Math.max(0, columns - used));
  return Array.from({ length: rows }, (_, row) => blocks.map((lines) => lines[row]!).join(DIVIDER) + rest);
}
