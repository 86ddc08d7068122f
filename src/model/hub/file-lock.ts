/** One process at a time: a file that only one can make, touched while its owner lives. */
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { outputError, systemCode } from "../../writing.js";

interface Owner {
  readonly processId: number;
  readonly host: string;
}

interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once, where another process has it. */
  readonly onWait?: (owner: number) => void;
}

/** What the names of locks end with. */
export const LOCK_ENDING = ".lock";
const TOUCH_MS = 5_000;
/** An owner that has not touched its lock for as long is gone, or on a machine that is. */
const STALE_MS = 60_000;
const LOOK_MS = 200;

/**
 * What `work` gives, while this process alone holds `path`. Two may hold it for a moment when both find the lock of a dead process
 * in the same millisecond: what is guarded must fail no worse than by doing the work twice.
 */
export async function withLock<T>(
  path: string,
  { signal, onWait }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  let isFirst = true;
  while (!tryTake(path)) {
    signal.throwIfAborted();
    const owner = readOwner(path);
    if (owner === undefined) continue;
    if (isStale(path, owner)) {
      remove(path);
      continue;
    }
    if (isFirst) onWait?.(owner.processId);
    isFirst = false;
    await wait(LOOK_MS, undefined, { signal }).catch(() => {});
  }
  const touching = setInterval(() => {
    if (isOurs(readOwner(path))) touch(path);
  }, TOUCH_MS);
  touching.unref();
  try {
    return await work();
  } finally {
    clearInterval(touching);
    // A machine that slept may find that another process has taken it over.
    if (isOurs(readOwner(path))) rmSync(path, { force: true });
  }
}

/** Whether a living process has it. */
export function isHeld(path: string): boolean {
  const owner = readOwner(path);
  return owner !== undefined && !isStale(path, owner);
}

function tryTake(path: string): boolean {
  const owner: Owner = { processId: process.pid, host: hostname() };
  try {
    writeFileSync(path, JSON.stringify(owner), { flag: "wx" });
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === "EEXIST") return false;
    throw outputError(path, thrown);
  }
}

/** undefined where it has just gone. */
function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Owner;
  } catch (thrown) {
    // Between making the file and writing into it; one that stays empty goes stale.
    return systemCode(thrown) === "ENOENT" ? undefined : { processId: 0, host: "" };
  }
}

function isOurs(owner: Owner | undefined): boolean {
  return owner?.processId === process.pid && owner.host === hostname();
}

function isStale(path: string, { processId, host }: Owner): boolean {
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  return age > STALE_MS || (host === hostname() && !isRunning(processId));
}

/** By way of another name, so that of two who do it one fails. */
function remove(path: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    rmSync(aside, { force: true });
  } catch (thrown) {
    if (systemCode(thrown) !== "ENOENT") throw outputError(path, thrown);
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Whoever took it away thought that we were gone; the work goes on.
  }
}

/** Whether there is such a process on this machine. */
export function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (thrown) {
    return systemCode(thrown) === "EPERM";
  }
}
