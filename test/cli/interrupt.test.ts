/** A run that ends early: Ctrl-C, a reader that goes away, a disk that is full. What was done stays and is valid. */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "subtitle";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectFailure, mubbles, SAMPLE, temporaryFolder, writeLongWav } from "./mubbles.js";

const folder = temporaryFolder();
const long = join(folder, "long.wav");
// A quarter of an hour: no machine is done with it before the signal comes.
beforeAll(() => writeLongWav(long, 33));
const QUICK = ["--beam-size", "1", "--language", "en"];

function expectWholeCues(srt: string): void {
  const cues = parseSync(srt).flatMap((node) => (node.type === "cue" ? [node.data] : []));
  expect(cues.length).toBeGreaterThan(0);
  for (const { text } of cues) expect(text.trim()).not.toBe("");
  expect(srt.endsWith("\n")).toBe(true);
}

describe("the first signal ends the run with valid documents", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s, srt on standard output", async (signal) => {
    const result = await mubbles(["file", long, ...QUICK], { onFirstOutput: (child) => child.kill(signal) });
    expectFailure(result, "INTERRUPTED", long);
    expect(result.stderr).toMatch(/\d+ segments, up to \d+:\d\d, are in standard output/);
    expectWholeCues(result.stdout);
  });

  test("SIGINT, json on standard output; the files after the one under way are not begun", async () => {
    const args = ["file", long, SAMPLE, "-f", "json", ...QUICK];
    const result = await mubbles(args, { onFirstOutput: (child) => child.kill("SIGINT") });
    expectFailure(result, "INTERRUPTED", long);
    // One document: two would not parse.
    const { text, segments } = JSON.parse(result.stdout);
    expect(segments.length).toBeGreaterThan(0);
    expect(text.toLowerCase()).toContain("dashwood");
  });
});

test("a reader that goes away (| head) is no error", async () => {
  const { exitCode, stderr } = await mubbles(["file", long, ...QUICK], {
    onFirstOutput: (child) => child.stdout?.destroy(),
  });
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
});

describe.skipIf(!existsSync("/dev/full"))("a full disk", () => {
  test("under standard output", async () => {
    const full = openSync("/dev/full", "w");
    const result = await mubbles(["file", SAMPLE, ...QUICK], { stdout: full });
    closeSync(full);
    expectFailure(result, "OUTPUT_DISK_FULL", "standard output");
  });

  test("under one of two documents: the other is whole", async () => {
    const out = join(folder, "full");
    mkdirSync(out);
    symlinkSync("/dev/full", join(out, "austen.txt"));
    const result = await mubbles(["file", SAMPLE, "-f", "srt,txt", "-o", out, ...QUICK]);
    expectFailure(result, "OUTPUT_DISK_FULL", join(out, "austen.txt"));
    expectWholeCues(readFileSync(join(out, "austen.srt"), "utf8"));
  });
});

// Mounting takes root, and containers may forbid it even then; the tests above need neither.
describe.skipIf(!canMount())("a disk that fills up in mid-run", () => {
  test("keeps whole cues", async () => {
    const result = await mubbles(["file", long, "-o", smallDisk(), ...QUICK]);
    expectFailure(result, "OUTPUT_DISK_FULL");
    expectWholeCues(readFileSync(join(smallDisk(), "long.srt"), "utf8"));
  });
});

function smallDisk(): string {
  return join(folder, "disk");
}

function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  mkdirSync(smallDisk());
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", smallDisk()]).status !== 0) return false;
  afterAll(() => void spawnSync("umount", [smallDisk()]));
  return true;
}
