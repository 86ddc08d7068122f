/** The table of timings at the end, in the manner of whisper.cpp. */
import type { Timings } from "../events.js";
import { formatClock } from "./clock.js";

const LABEL_COLUMNS = 14;

export function formatTimings(input: string, timings: Timings): string {
  const speed = timings.totalSeconds > 0 ? timings.audioSeconds / timings.totalSeconds : 0;
  const rows: [label: string, seconds: number, remark: string][] = [
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
  ];
  const lines = rows.map(([label, seconds, remark]) => {
    const time = `${seconds.toFixed(2)} s`.padStart(10);
    return `  ${label.padEnd(LABEL_COLUMNS)}${time}  ${remark}`.trimEnd();
  });
  return `mubbles: timings of ${input}\n${lines.join("\n")}\n`;
}
