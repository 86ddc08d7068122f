import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findSession, isSession, listSessions } from "../../src/session/session-folders.js";
import { temporaryFolder } from "../cli/mubbles.js";

let home = "";

beforeEach(() => {
  home = temporaryFolder();
  vi.stubEnv("MUBBLES_HOME", home);
});

afterEach(() => vi.unstubAllEnvs());

test("a folder of another program is no session, whatever its files are called", async () => {
  writeFileSync(join(home, "meta.json"), JSON.stringify({ format: "another", name: "precious" }));
  expect(isSession(home)).toBe(false);
  await expect(findSession(home)).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
});

test("an empty name means no session, even if there is one only", async () => {
  makeSession("2026-01-01_10-00-00");
  await expect(findSession("")).rejects.toMatchObject({ code: "USAGE" });
  expect(await findSession("2026")).toBe(join(home, "sessions", "2026-01-01_10-00-00"));
});

test("a file that goes while sessions are listed counts nothing", async () => {
  const folder = makeSession("2026-01-01_10-00-00");
  // Its name is read, and then it is not there.
  symlinkSync(join(folder, "gone"), join(folder, "meta.json.new"));
  expect(readdirSync(folder)).toContain("meta.json.new");
  expect(await listSessions()).toMatchObject([{ name: "2026-01-01_10-00-00", bytes: 28 }]);
});

function makeSession(name: string): string {
  const folder = join(home, "sessions", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "meta.json"), JSON.stringify({ format: "mubbles session" }));
  return folder;
}
