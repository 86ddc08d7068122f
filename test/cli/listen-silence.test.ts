/** `mubbles listen` while nobody speaks: it says nothing, gives the model's memory back, and misses no word afterwards. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { listenJson, QUICK, textOf } from "./listening.js";
import { LiveSession } from "./live-session.js";
import { fixture, mubbles, temporaryFolder, wav } from "./mubbles.js";

const WAV_HEADER_BYTES = 44;
const BYTES_PER_SECOND = 32_000;
const PAUSE_SECONDS = 9;
/** Everything resident but the model: Node and voice activity (docs/BENCHMARKS.md). */
const RELEASED_MEGABYTES = 150;

const speech = readFileSync(fixture("austen-0870.wav")).subarray(WAV_HEADER_BYTES);
const pause = Buffer.alloc(PAUSE_SECONDS * BYTES_PER_SECOND);
const folder = temporaryFolder();
const silent = join(folder, "silent.wav");
/** Speech, a pause, and the same speech. */
const twice = join(folder, "twice.wav");

beforeAll(() => {
  writeFileSync(silent, wav(pause));
  writeFileSync(twice, wav(Buffer.concat([speech, pause, speech, pause.subarray(0, BYTES_PER_SECOND)])));
});

test.each([
  ["--plain", []],
  ["--json", ["session", "status", "end"]],
] as const)("%s prints no text", async (format, types) => {
  const files = ["--mic", `file:${silent}`, "--loopback", `file:${silent}`];
  const { exitCode, stdout, stderr } = await mubbles([
    "listen",
    format,
    "--speed",
    "max",
    ...QUICK,
    ...files,
  ]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const lines = stdout.split("\n").filter((line) => line !== "");
  expect(new Set(lines.map((line) => JSON.parse(line).type))).toEqual(new Set(types));
});

test("a voice below --threshold: no text, but it is said why, and a recorded session repeats it", async () => {
  const session = join(folder, "soft");
  const soft = join(folder, "soft.wav");
  const samples = new Int16Array(new Uint8Array([...speech, ...speech]).buffer);
  writeFileSync(soft, wav(Buffer.from(samples.map((sample) => sample / 25).buffer)));
  const args = ["--mic", `file:${soft}`, "--speed", "max", "--save", session];
  const { events, exitCode, stderr } = await listenJson(args);
  expect(exitCode).toBe(0);
  expect(textOf(events, "final", "mic")).toBe("");
  expect(events.filter(({ type }) => type === "warning")).toEqual([
    expect.objectContaining({ channel: "mic", code: "VOICE_TOO_QUIET" }),
  ]);
  expect(stderr).toContain("--threshold 0.05");
  expect((await mubbles(["replay", "--verify", session])).exitCode).toBe(0);
});

describe.skipIf(process.platform !== "linux")("the model released in a pause", () => {
  test("its memory is free, and the next words are what they are without a pause", async () => {
    const args = ["--mic", `file:${twice}`, "--loopback", `file:${silent}`];
    const kept = await listenJson([...args, "--speed", "max", "--unload-after", "none"]);
    const session = await LiveSession.start([...args, "--unload-after", "2"]);
    try {
      await session.until(({ engine }) => engine === "released");
      const from = session.events.length;
      await expect
        .poll(() => megabytesOf(session.processId), { timeout: 3000 })
        .toBeLessThan(RELEASED_MEGABYTES);
      await session.until(({ type }) => type === "end", { from });
      expect(textOf(session.events, "final", "mic")).toBe(textOf(kept.events, "final", "mic"));
      expect(textOf(session.events.slice(from), "final", "mic")).toMatch(/\w/);
    } finally {
      session.kill();
    }
  });
});

/** Resident memory of a process and all that it started. */
function megabytesOf(processId: number): number {
  const children = readdirSync("/proc").filter((name) => parentOf(name) === processId);
  const own = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${processId}/status`, "utf8"))?.[1] ?? 0;
  return (Number(own) * 1024) / 1e6 + children.reduce((sum, child) => sum + megabytesOf(Number(child)), 0);
}

function parentOf(name: string): number | undefined {
  if (!/^\d+$/.test(name)) return undefined;
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
