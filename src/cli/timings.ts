/** The table of timings at the end, in the manner of whisper.cpp. */
import type { Timings } from "../events.js";
import type { EndEvent } from "../live-events.js";
import { formatClock } from "../output/clock.js";
import type { LoopDelays } from "./loop-delay.js";

const LABEL_COLUMNS = 14;

type Row = readonly [label: string, seconds: number, remark: string];

export function formatTimings(input: string, timings: Timings): string {
  const speed = timings.totalSeconds > 0 ? timings.audioSeconds / timings.totalSeconds : 0;
  return formatTable(input, [
    ["load", timings.loadSeconds, ""],
    ["media decode", timings.mediaSeconds, ""],
    ["mel", timings.melSeconds, ""],
    ["vad", timings.vadSeconds, `${formatClock(timings.speechSeconds)} of speech`],
    ["encode", timings.encodeSeconds, `${timings.windows} windows`],
    ["decode", timings.decodeSeconds, `${timings.tokens} tokens, ${timings.fallbacks} fallbacks`],
    [
      "total",
      timings.totalSeconds,
      `${formatClock(timings.audioSeconds)} of audio, ${speed.toFixed(1)}× real time`,
    ],
  ]);
}

export function formatLiveTimings(
  { timings, utterances, atSeconds }: EndEvent,
  { medianMs, p99Ms, longestMs }: LoopDelays,
): string {
  const table = formatTable("the session", [
    ["load", timings.loadSeconds, ""],
    ["mel", timings.melSeconds, ""],
    ["vad", timings.vadSeconds, `${formatClock(timings.speechSeconds)} of speech`],
    ["encode", timings.encodeSeconds, `${timings.partials} partial and ${timings.finals} final texts`],
    ["decode", timings.decodeSeconds, `${timings.tokens} tokens`],
    ["session", atSeconds, `${utterances} utterances`],
  ]);
  const delays = [medianMs, p99Ms, longestMs].map((ms) => ms.toFixed(1)).join(" / ");
  return `${table}  event loop late by ${delays} ms (median / p99 / longest)\n`;
}

function formatTable(title: string, rows: readonly Row[]): string {
  const lines = rows.map(([label, seconds, remark]) => {
    const time = `${seconds.toFixed(2)} s`.padStart(10);
    return `  ${label.padEnd(LABEL_COLUMNS)}${time}  ${remark}`.trimEnd();
  });
  return `mubbles: timings of ${title}\n${lines.join("\n")}\n`;
}
