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

interface LaidOut extends LineStyle {
  readonly utterances: readonly UtteranceView[];
  readonly placements: readonly Placement[];
}

/** The last layout of these columns: of thousands of utterances only those from the first change on are placed again. */
const laidOut = new Map<string, LaidOut>();

/** `channels` are the columns; utterances of others are left out. */
export function layOutTranscript(
  all: readonly UtteranceView[],
  channels: readonly ChannelName[],
  style: LineStyle,
): TranscriptLayout {
  const utterances = all.filter(({ channel }) => channels.includes(channel));
  const key = channels.join();
  const last = laidOut.get(key);
  const kept = last === undefined ? 0 : sameFromTheStart(last, utterances, style);
  const placements = last?.placements.slice(0, kept) ?? [];
  const free: Partial<Record<ChannelName, number>> = {};
  for (const channel of channels) {
    const before = placements.findLast((placement) => placement.channel === channel);
    if (before !== undefined) free[channel] = rowBelow(before);
  }
  for (const view of utterances.slice(kept)) {
    const { channel } = view;
    const before = placements.at(-1);
    const other = before === undefined || before.channel === channel ? 0 : before.topRow + 1;
    const topRow = Math.max(free[channel] ?? 0, other);
    const placement = { channel, topRow, lines: utteranceLines(view, style) };
    placements.push(placement);
    free[channel] = rowBelow(placement);
  }
  laidOut.set(key, { ...style, utterances, placements });
  const rows = Math.max(0, ...channels.map((channel) => (free[channel] ?? 1) - 1));
  return { rows, placements };
}

/** How many utterances are still what they were, with lines of the same style. */
function sameFromTheStart(last: LaidOut, utterances: readonly UtteranceView[], style: LineStyle): number {
  if (last.width !== style.width || last.showsTimes !== style.showsTimes) return 0;
  const changed = utterances.findIndex((view, i) => view !== last.utterances[i]);
  return changed < 0 ? utterances.length : changed;
}

/** Where the next utterance of the column may begin: a blank line is between. */
function rowBelow({ topRow, lines }: Placement): number {
  return topRow + lines.length + 1;
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

/** The first row to show, `linesBack` above the one that shows the end, never beyond the beginning. */
export function topRowOf({ rows }: TranscriptLayout, height: number, linesBack: number): number {
  return Math.max(0, rows - height - linesBack);
}
