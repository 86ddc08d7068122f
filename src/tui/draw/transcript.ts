/**
 * Where each utterance stands. Two columns share their rows: an utterance begins below the one before it in its own column, with a
 * blank line between, and lower than whatever began before it in the other one. So time runs downwards in both, what is said at
 * once stands side by side, and an answer does not wait for the end of a long question.
 */
import type { ChannelName } from "../../live-events.js";
import type { UtteranceView } from "../view-state.js";
import { type LineStyle, utteranceLines } from "./utterance-lines.js";

interface Placement {
  readonly channel: ChannelName;
  readonly topRow: number;
  readonly lines: readonly string[];
}

export interface TranscriptLayout {
  readonly rows: number;
  readonly placements: readonly Placement[];
}

/** `channels` are the columns; utterances of others are left out. */
export function layOutTranscript(
  utterances: readonly UtteranceView[],
  channels: readonly ChannelName[],
  style: LineStyle,
): TranscriptLayout {
  const free: Partial<Record<ChannelName, number>> = {};
  const placements: Placement[] = [];
  let before: Placement | undefined;
  for (const view of utterances) {
    const { channel } = view;
    if (!channels.includes(channel)) continue;
    const lines = utteranceLines(view, style);
    const own = free[channel] ?? 0;
    const other = before === undefined || before.channel === channel ? 0 : before.topRow + 1;
    before = { channel, topRow: Math.max(own, other), lines };
    placements.push(before);
    free[channel] = before.topRow + lines.length + 1;
  }
  const rows = Math.max(0, ...channels.map((channel) => (free[channel] ?? 1) - 1));
  return { rows, placements };
}

/** The rows [topRow, topRow + height) of one column; `blank` where there is nothing. */
export function columnRows(
  { placements }: TranscriptLayout,
  channel: ChannelName,
  topRow: number,
  height: number,
  blank: string,
): string[] {
  const rows = new Array<string>(height).fill(blank);
  // The newest are looked at first: mostly they are what is shown.
  for (let i = placements.length - 1; i >= 0; i--) {
    const placement = placements[i]!;
    if (placement.channel !== channel) continue;
    const from = placement.topRow - topRow;
    if (from + placement.lines.length <= 0) break;
    for (const [line, text] of placement.lines.entries()) {
      const row = from + line;
      if (row >= 0 && row < height) rows[row] = text;
    }
  }
  return rows;
}

/** The first row to show: the end, or `scrollLines` above it, never beyond the beginning. */
export function topRowOf(
  { rows }: TranscriptLayout,
  height: number,
  scrollLines: number | undefined,
): number {
  const last = Math.max(0, rows - height);
  return scrollLines === undefined ? last : Math.max(0, last - scrollLines);
}
