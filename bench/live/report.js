/** A live session's figures as rows of a table. */
import { quantile } from "./metrics.js";
import { coresUsed } from "./usage.js";

/** CPU of silence is counted from here after the last word: finals are done by then. */
const SETTLED_SECONDS = 5;

/**
 * @typedef {import("./metrics.js").Figures} Figures
 * @typedef {import("./sessions.js").Session} Session
 * @typedef {{ system: string, place: string, rows: Record<string, string>, figures: Figures, rssBytes: number[] }} Result
 */

/**
 * @param {Session} session
 * @param {Figures} figures
 * @param {import("./sessions.js").Tracks} tracks
 * @returns {Omit<Result, "system" | "place">}
 */
export function rowsOf(session, figures, tracks) {
  const { beganMs, usage } = session;
  const all = Object.values(tracks);
  const speechMs = beganMs + 1000 * Math.max(...all.map(({ speechSeconds }) => speechSeconds));
  const endMs = beganMs + 1000 * Math.max(...all.map(({ lengthSeconds }) => lengthSeconds));
  const rssBytes = usage
    .filter(({ atMs }) => atMs >= beganMs && atMs <= endMs)
    .map((sample) => sample.rssBytes);
  const [, delays = "not told"] = /event loop late by (.*) ms/.exec(session.stderr) ?? [];
  const rows = {
    "hypothesis, median / p95": spread(figures.shown),
    "confirmed, median / p95": spread(figures.confirmed),
    "  of them before the final": percent(figures.confirmedEarly, figures.confirmed.length),
    "final after speech, median / p95": spread(figures.final),
    "false commits": percent(figures.falseCommits, figures.confirmedWords),
    "confirmed and not spoken": percent(figures.unsaid, figures.confirmedWords),
    "revisions a second": (figures.revisions / figures.utteranceSeconds).toFixed(2),
    "word errors": percent(figures.errors, figures.spoken),
    "CPU, speech / silence": [
      coresUsed(usage, beganMs, speechMs),
      coresUsed(usage, speechMs + SETTLED_SECONDS * 1000, endMs),
    ]
      .map((cores) => `${(100 * cores).toFixed(0)} %`)
      .join(" / "),
    "memory, first / median / largest": [
      rssBytes[0] ?? Number.NaN,
      quantile(rssBytes, 0.5),
      quantile(rssBytes, 1),
    ]
      .map((bytes) => (bytes / 1e6).toFixed(0))
      .join(" / "),
    "event loop late, median / p99 / longest": delays,
    "line here after its atSeconds, longest": seconds(session.lateSeconds),
  };
  return { rows, figures, rssBytes };
}

/**
 * A column for each result.
 * @param {readonly Result[]} results
 * @param {(line: string) => void} print
 */
export function printTable(results, print) {
  const names = Object.keys(results[0]?.rows ?? {});
  const labelColumns = Math.max(...names.map(({ length }) => length));
  const columns = results.map(({ system, place, rows }) => [
    `${system}, ${place}`,
    ...names.map((name) => rows[name] ?? ""),
  ]);
  const widths = columns.map((cells) => Math.max(...cells.map(({ length }) => length)));
  for (const [row, label] of ["", ...names].entries()) {
    const cells = columns.map((column, i) => (column[row] ?? "").padStart(widths[i] ?? 0));
    print([label.padEnd(labelColumns), ...cells].join("  "));
  }
}

/** @param {readonly number[]} latencies in seconds */
function spread(latencies) {
  return `${seconds(quantile(latencies, 0.5))} / ${seconds(quantile(latencies, 0.95))}`;
}

/** @param {number} value */
function seconds(value) {
  return `${value.toFixed(2)} s`;
}

/**
 * @param {number} part
 * @param {number} whole
 */
function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} % of ${whole}`;
}
