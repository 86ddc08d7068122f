/** Runs a program and says what it took: wall clock, CPU time and the peak of its memory, all its threads included. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const GNU_TIME = "/usr/bin/time";
const POLL_MS = 20;
/** Kernel clock ticks a second in /proc; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * @typedef {object} Usage
 * @property {number} wallSeconds
 * @property {number | undefined} cpuSeconds user and system time of all threads
 * @property {number | undefined} peakRssBytes
 * @property {string} stdout
 */

/**
 * Uses GNU time where it is installed (exact), else looks into /proc while the program runs (Linux); elsewhere only the
 * wall clock is known.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<Usage>} rejects where the program fails, with the end of what it said
 */
export async function measure(command, args) {
  return hasGnuTime() ? measureByTime(command, args) : measureByProc(command, args);
}

function hasGnuTime() {
  const { status, stdout, stderr } = spawnSync(GNU_TIME, ["--version"], { encoding: "utf8" });
  return status === 0 && `${stdout}${stderr}`.includes("GNU");
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<Usage>}
 */
async function measureByTime(command, args) {
  const folder = mkdtempSync(join(tmpdir(), "mubbles-bench-"));
  try {
    const report = join(folder, "time");
    const { wallSeconds, stdout } = await run(
      GNU_TIME,
      ["-f", "%U %S %M", "-o", report, command, ...args],
      () => {},
    );
    const [userSeconds = 0, systemSeconds = 0, peakKibibytes = 0] = readFileSync(report, "utf8")
      .split(/\s+/)
      .map(Number);
    return {
      wallSeconds,
      cpuSeconds: userSeconds + systemSeconds,
      peakRssBytes: peakKibibytes * 1024,
      stdout,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<Usage>}
 */
async function measureByProc(command, args) {
  /** @type {number | undefined} */
  let cpuSeconds;
  /** @type {number | undefined} */
  let peakRssBytes;
  const { wallSeconds, stdout } = await run(command, args, (pid) => {
    const look = () => {
      try {
        const [, peakKibibytes] =
          /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /s, "")
          .split(" ");
        if (peakKibibytes === undefined) return;
        peakRssBytes = Number(peakKibibytes) * 1024;
        cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
      } catch {
        // It has just ended, or this is no Linux: what was seen last stands.
      }
    };
    const timer = setInterval(look, POLL_MS);
    return () => clearInterval(timer);
  });
  return { wallSeconds, cpuSeconds, peakRssBytes, stdout };
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {(pid: number) => (() => void) | void} watch called at the start; what it returns is called at the end
 * @returns {Promise<{ wallSeconds: number, stdout: string }>}
 */
function run(command, args, watch) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const unwatch = child.pid === undefined ? undefined : watch(child.pid);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      unwatch?.();
      const wallSeconds = (performance.now() - began) / 1000;
      if (code === 0) resolve({ wallSeconds, stdout });
      else
        reject(
          new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}:\n${stderr.slice(-2000)}`),
        );
    });
  });
}
