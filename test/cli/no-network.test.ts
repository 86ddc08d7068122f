/**
 * With the network cut everything embedded works, nobody tries to reach it, and nothing is kept in the user's folder.
 * onnxruntime would do both by itself: src/model/no-telemetry.ts.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { packageVersion } from "../../src/version.js";
import { missing } from "../needs.js";
import { mubblesUnder, type Result, SAMPLE } from "./mubbles.js";

const folder = mkdtempSync(join(tmpdir(), "mubbles-offline-"));
afterAll(() => rmSync(folder, { recursive: true }));
const home = mkdtempSync(join(folder, "home-"));

/** A network of its own, without a way out, where the system lets us: containers often do not. */
const CUT = [
  ["unshare", "-n"],
  ["unshare", "-rn"],
].find(([command, ...args]) => spawnSync(command!, [...args, "true"]).status === 0);
if (CUT === undefined) process.stderr.write("no network can be cut here: calls are only watched\n");

describe.skipIf(missing("strace"))("offline", () => {
  test("file writes subtitles, and leaves nothing in the user's folder", async () => {
    const { exitCode, stdout, stderr, calls } = await watched(["file", SAMPLE, "--model", "auto"]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^mubbles: model base \(int8\), .*real time, not measured\).*\n$/);
    expect(stdout).toContain(" --> ");
    expect(calls).toEqual([]);
    expect(readdirSync(home)).toEqual([]);
  });

  test("models list has the embedded model", async () => {
    const { exitCode, stdout, calls } = await watched(["models", "list"]);
    expect(stdout).toMatch(/^base +int8 /m);
    expect({ exitCode, calls }).toEqual({ exitCode: 0, calls: [] });
  });

  test("doctor finds everything that mubbles needs", async () => {
    const { exitCode, stdout, stderr, calls } = await watched(["doctor", "--json"]);
    const { version, checks } = JSON.parse(stdout) as { version: string; checks: Found[] };
    expect(checks.filter(({ status }) => status === "error")).toEqual([]);
    expect({ exitCode, stderr, version, calls }).toEqual({
      exitCode: 0,
      stderr: "",
      version: packageVersion(),
      calls: [],
    });
    const find = (check: string, name: string) =>
      checks.find((each) => each.check === check && each.name === name);
    expect(find("versions", "onnxruntime")).toMatchObject({ text: "1.30.0" });
    expect(find("machine", "processor")).toMatchObject({
      cores: expect.any(Number),
      saturates: expect.any(Boolean),
    });
    expect(find("accelerators", "coreml")).toMatchObject({ isThere: process.platform === "darwin" });
    expect(checks.filter(({ check }) => check === "sound").map(({ name }) => name)).toContain("naudiodon");
    expect(find("media", "node-av")).toMatchObject({ version: expect.stringMatching(/^\d/) });
    expect(find("cache", "models")).toMatchObject({ models: [{ name: "base", compute: "int8" }] });
    expect(find("self-test", "text")).toMatchObject({ rightWords: expect.closeTo(0.95, 1) });
    expect(find("self-test", "load")).toMatchObject({ loadSeconds: expect.any(Number) });
    expect(find("self-test", "speed")).toMatchObject({ realTimeFactor: expect.any(Number) });
    const kept = JSON.parse(readFileSync(join(home, ".cache/mubbles/speed.json"), "utf8"));
    expect(kept).toMatchObject({ speed: expect.any(Number), threads: expect.any(Number) });
  });
});

interface Found {
  readonly check: string;
  readonly name: string;
  readonly status: string;
}

/** `calls`: what the program and its children did to reach another machine. */
async function watched(args: readonly string[]): Promise<Result & { calls: string[] }> {
  const log = join(folder, "calls");
  const prefix = [
    ...(CUT ?? []),
    // The process of the tests may have it set, by what it imports.
    ...["env", "-u", "ORT_DISABLE_TELEMETRY"],
    "strace",
    "-f",
    "-qq",
    "--seccomp-bpf",
    "-e",
    "trace=connect,sendto",
    "-o",
    log,
  ];
  const env = { HOME: home, USERPROFILE: home, XDG_CACHE_HOME: join(home, ".cache"), MUBBLES_HOME: "" };
  const result = await mubblesUnder(prefix, args, { env });
  const calls = readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.includes("AF_INET"));
  return { ...result, calls };
}
