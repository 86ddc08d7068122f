/** CPU time and memory of a running process and its children over time, from /proc (Linux). */
import { readdirSync, readFileSync } from "node:fs";

/** Kernel clock ticks a second in /proc; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const INTERVAL_MS = 500;

/**
 * @typedef {{ atMs: number, cpuSeconds: number, rssBytes: number }} Sample atMs: performance.now(); cpuSeconds: of all so far
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
      const family = withDescendants(pid).map(usageOf);
      samples.push({
        atMs: performance.now(),
        cpuSeconds: family.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
        rssBytes: family.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
      });
    } catch {
      // It has ended, or this is no Linux: what was seen last stands.
    }
  };
  const timer = setInterval(look, INTERVAL_MS);
  return { samples, stop: () => clearInterval(timer) };
}

/**
 * What a process and all that it has started hold of the memory; what several of them map of a file counts once. As the sum of their PSS, but
 * that this does not become less by what other programs map: npm and whoever measures run in the same Node.
 * @param {number} pid
 */
export function residentBytes(pid) {
  let own = 0;
  /** @type {Map<string, number>} */
  const shared = new Map();
  for (const process of withDescendants(pid)) {
    const mappings = readFileSync(`/proc/${process}/smaps`, "utf8").split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
    for (const mapping of mappings) {
      const kibibytes = (/** @type {string} */ name) =>
        Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(mapping)?.[1] ?? 0);
      own += kibibytes("Private_Clean") + kibibytes("Private_Dirty");
      const [, , offset, device, inode] = mapping.split(/\s+/, 5);
      const file = `${device} ${inode} ${offset}`;
      const common = kibibytes("Shared_Clean") + kibibytes("Shared_Dirty");
      shared.set(file, Math.max(shared.get(file) ?? 0, common));
    }
  }
  return [...shared.values()].reduce((sum, each) => sum + each, own) * 1024;
}

/**
 * A process and all that it has started, in whichever of its threads.
 * @param {number | string} pid
 * @returns {(number | string)[]}
 */
function withDescendants(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
  return [pid, ...children.flatMap(withDescendants)];
}

/** @param {number | string} pid */
function usageOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  const [, rssKibibytes = "0"] =
    /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  // User and system time, then that of children that have ended.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, rssBytes: Number(rssKibibytes) * 1024 };
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
