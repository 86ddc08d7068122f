/** The whole session on one strip: who spoke when, and marks. */
import type { ReportFacts } from "../report-data.js";
import { byId, sharpContext } from "./elements.js";
import { colour } from "./theme.js";
import type { Transcript } from "./transcript.js";

export function drawOverview(
  { durationSeconds, speakers, marksSeconds }: ReportFacts,
  { turns }: Transcript,
): void {
  const sharp = sharpContext(byId<HTMLCanvasElement>("overview"));
  if (sharp === undefined) return;
  const { context, width, height } = sharp;
  const x = (seconds: number) => (seconds / Math.max(durationSeconds, 0.001)) * width;
  context.clearRect(0, 0, width, height);
  const rowHeight = height / speakers.length;
  for (const [channel] of speakers.entries()) {
    context.fillStyle = colour("--line");
    context.fillRect(0, (channel + 0.5) * rowHeight - 0.5, width, 1);
  }
  for (const { channel, startSeconds, endSeconds } of turns) {
    context.fillStyle = colour(`--channel-${channel % 2}`);
    const length = Math.max(1.5, x(endSeconds) - x(startSeconds) - 0.5);
    context.fillRect(x(startSeconds), channel * rowHeight + 2, length, rowHeight - 4);
  }
  context.fillStyle = colour("--ink");
  for (const seconds of marksSeconds) context.fillRect(Math.round(x(seconds)), 0, 2, height);
}
