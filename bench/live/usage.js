/** CPU time and memory of a running process over time, from /proc (Linux). */
import { readFileSync } from "node:fs";

/** Kernel clock ticks a second in /proc; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const INTERVAL_MS = 500;

/**
 * @typedef {{ atMs: number, cpuSeconds: number, rssBytes: number }} Sample atMs: performance.now(); cpuSeconds: of all threads so far
 */

/**
 * @param {number} pid
 * @returns {{ samples: Sample[], stop: () => void }}
 */
export function watchUsage(pid) {
  /** @type {Sample[]} */
  const samples = [];
  const look = () => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      const [, rssKibibytes = "0"] =
        /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
      samples.push({
        atMs: performance.now(),
        cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
        rssBytes: Number(rssKibibytes) * 1024,
      });
    } catch {
      // It has ended, or this is no Linux: what was seen last stands.
    }
  };
  const timer = setInterval(look, INTERVAL_MS);
  return { samples, stop: () => clearInterval(timer) };
}

/**
 * Cores in use between two moments, 1 being one core all the time; NaN where nothing was seen.
 * @param {readonly Sample[]} samples
 * @param {number} fromMs
 * @param {number} toMs
 */
export function coresUsed(samples, fromMs, toMs) {
  const inside = samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || first === last) return Number.NaN;
  return (last.cpuSeconds - first.cpuSeconds) / ((last.atMs - first.atMs) / 1000);
}
