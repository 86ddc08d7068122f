/** The whole screen as lines: header, text, footer. Pure; as many lines and cells as there is room for, never more. */
import type { ChannelName } from "../../live-events.js";
import type { ViewState } from "../view-state.js";
import { channelHeader } from "./channel-header.js";
import { fitted } from "./fit.js";
import { footer, type Machine } from "./footer.js";
import { palette } from "./palette.js";
import { drawPanel } from "./panel.js";
import { columnRows, layOutTranscript, topRowOf } from "./transcript.js";

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Narrower than this, the channels stand one below the other. */
const MIN_COLUMNS_SIDE_BY_SIDE = 70;
const HEADER_ROWS = 2;
const FOOTER_ROWS = 4;
const DIVIDER = ` ${palette.quiet("│")} `;
const DIVIDER_CELLS = 3;

export function drawScreen(state: ViewState, machine: Machine, { columns, rows }: ScreenSize): string[] {
  const channels = channelsOf(state);
  const below = footer(state, machine, columns).slice(0, Math.max(0, rows - 1));
  const height = Math.max(0, rows - below.length);
  const isSideBySide = channels.length < 2 || columns >= MIN_COLUMNS_SIDE_BY_SIDE;
  const above = isSideBySide
    ? drawColumns(state, channels, columns, height)
    : drawStack(state, channels, columns, height);
  return [...above, ...below].slice(0, rows);
}

/** How many lines the newest text can be scrolled back by. */
export function scrollableLines(state: ViewState, { columns, rows }: ScreenSize): number {
  const channels = channelsOf(state);
  const isSideBySide = channels.length < 2 || columns >= MIN_COLUMNS_SIDE_BY_SIDE;
  const height = rows - FOOTER_ROWS;
  const each = isSideBySide ? [channels] : channels.map((channel) => [channel]);
  const width = isSideBySide ? columnWidth(columns, channels.length) : columns;
  const room = Math.floor(height / each.length) - HEADER_ROWS - 1;
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
  columns: number,
  height: number,
): string[] {
  const width = columnWidth(columns, channels.length);
  const headers = channels.map((channel) => channelHeader(state, channel, width));
  const header = Array.from({ length: HEADER_ROWS }, (_, row) =>
    join(
      headers.map((lines) => lines[row] ?? ""),
      columns,
    ),
  );
  const room = Math.max(0, height - HEADER_ROWS - 1);
  const rule = palette.quiet(fitted("─".repeat(columns), columns));
  return [...header, rule, ...drawText(state, channels, columns, width, room)].slice(0, height);
}

function drawStack(
  state: ViewState,
  channels: readonly ChannelName[],
  columns: number,
  height: number,
): string[] {
  const each = Math.floor(height / channels.length);
  return channels.flatMap((channel, i) =>
    drawColumns(state, [channel], columns, i === 0 ? height - each * (channels.length - 1) : each),
  );
}

function drawText(
  state: ViewState,
  channels: readonly ChannelName[],
  columns: number,
  width: number,
  height: number,
): string[] {
  const { panel } = state;
  if (panel.type !== "none") return drawPanel(panel, columns, height);
  const layout = layOutTranscript(state.utterances, channels, { width, showsTimes: state.showsTimes });
  const topRow = topRowOf(layout, height, state.scrollLines);
  const texts = channels.map((channel) => columnRows(layout, channel, topRow, height));
  return Array.from({ length: height }, (_, row) =>
    join(
      texts.map((lines) => fitted(lines[row] ?? "", width)),
      columns,
    ),
  );
}

function join(parts: readonly string[], columns: number): string {
  return fitted(parts.join(DIVIDER), columns);
}
