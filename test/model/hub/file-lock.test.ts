import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isHeld, withLock } from "../../../src/model/hub/file-lock.js";
import { temporaryFolder } from "../temporary-folder.js";

const path = join(temporaryFolder(), "model.lock");
const { signal } = new AbortController();
const lockOf = (processId: number) => JSON.stringify({ processId, host: hostname() });

test("it is held while the work goes on, and gone after it, also when it fails", async () => {
  const work = async () => {
    expect(isHeld(path)).toBe(true);
    throw new Error("work");
  };
  await expect(withLock(path, { signal }, work)).rejects.toThrow("work");
  expect(existsSync(path)).toBe(false);
});

test("a dead process's lock is taken over", async () => {
  writeFileSync(path, lockOf(999_999_999));
  expect(await withLock(path, { signal }, async () => "done")).toBe("done");
});

test("a living process's lock is waited for until that is no longer wanted", async () => {
  writeFileSync(path, lockOf(process.ppid));
  const stop = new AbortController();
  const waiting = withLock(path, { signal: stop.signal, onWait: () => stop.abort() }, async () => "done");
  await expect(waiting).rejects.toThrow();
  expect(isHeld(path)).toBe(true);
});

test("a lock that another process took over meanwhile is its own", async () => {
  writeFileSync(path, lockOf(999_999_999));
  await withLock(path, { signal }, async () => writeFileSync(path, lockOf(process.ppid)));
  expect(readFileSync(path, "utf8")).toBe(lockOf(process.ppid));
});
