/** `--trace`, `--profile` and `--log`: where the time went, as the program itself measured it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { LiveTimings } from "../../src/live-events.js";
import { parseEvents, QUICK } from "./listening.js";
import { expectFailure, fixture, mubbles, ROOT, temporaryFolder } from "./mubbles.js";
import { TracedRun } from "./traced.js";

const CONVERSATION = `file:${join(ROOT, "samples/conversation.opus")}`;
/** Of the time that is to be explained. */
const TOLERANCE = 0.05;

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const logged = (name: string): { level: number; msg: string; [field: string]: unknown }[] =>
  readFileSync(path(name), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("mubbles listen", () => {
  let timings: LiveTimings;
  let trace: TracedRun;

  beforeAll(async () => {
    const devices = ["--mic", `${CONVERSATION}#0`, "--loopback", `${CONVERSATION}#1`, "--speed", "4"];
    const diagnosis = [
      "--trace",
      path("live.json"),
      "--log",
      path("live.log"),
      "--profile",
      path("live.cpuprofile"),
    ];
    const run = await mubbles(["listen", ...devices, "--json", "--no-save", ...QUICK, ...diagnosis]);
    expect(run.exitCode).toBe(0);
    timings = parseEvents(run.stdout).at(-1)?.timings as LiveTimings;
    trace = new TracedRun(path("live.json"));
  });

  test("the trace has a track for everything that happens at the same time", () => {
    expect(trace.tracks).toEqual([
      "mubbles session",
      "mubbles mic",
      "mubbles loopback",
      "mubbles text",
      "mubbles output",
      "engine engine",
    ]);
    expect([...trace.counters].sort()).toEqual([
      "events waiting",
      "lag seconds",
      "questions waiting",
      "utterances waiting",
    ]);
    expect(trace.crossing).toEqual([]);
    expect(trace.work("partial")).toBe(timings.partials);
    expect(trace.work("window")).toBeGreaterThanOrEqual(timings.finals);
    for (const name of ["policy", "echo", "write", "load"]) expect(trace.sum(name)).toBeGreaterThan(0);
  });

  test.each([
    ["mel", undefined],
    ["vad", undefined],
    ["encode", "engine"],
    ["decode", "engine"],
  ] as const)("%s adds up to what was measured (track %s)", (stage, track) => {
    const measured = timings[`${stage}Seconds`];
    expect(Math.abs(trace.sum(stage, track) - measured)).toBeLessThan(TOLERANCE * measured + 0.01);
  });

  test("what the engine and the channels do, waiting included, adds up to the session", () => {
    const total = trace.sum("listen");
    expect(trace.covered("engine", ["load"])).toBeGreaterThan((1 - TOLERANCE) * total);
    expect(trace.covered("engine", ["load"])).toBeLessThan((1 + TOLERANCE) * total);
    const audioSeconds = trace.covered("mic");
    expect(trace.covered("loopback")).toBeGreaterThan((1 - TOLERANCE) * audioSeconds);
    expect(audioSeconds).toBeLessThan(total);
  });

  test("the log has the session without what was said in it", () => {
    const lines = logged("live.log");
    expect(lines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(["begin", "session", "status", "end"]),
    );
    expect(JSON.stringify(lines)).not.toMatch(/amiable|Dashwood/);
  });

  test("the profile is one of this program", () => {
    const { nodes, samples } = JSON.parse(readFileSync(path("live.cpuprofile"), "utf8"));
    expect(samples.length).toBeGreaterThan(100);
    expect(JSON.stringify(nodes)).toContain("dist/pipeline/live/channel-listener.js");
  });
});

test("mubbles file: what the engine does adds up to the whole", async () => {
  const diagnosis = ["--trace", path("file.json"), "--log", path("file.log"), "--log-level", "debug"];
  const { exitCode, stderr } = await mubbles(["file", fixture("speech.wav"), "--verbose", ...diagnosis]);
  expect(exitCode).toBe(0);
  const trace = new TracedRun(path("file.json"));
  expect(trace.crossing).toEqual([]);
  const total = trace.sum("transcribe");
  const [, shown = "0"] = /total +([\d.]+) s/.exec(stderr) ?? [];
  expect(Math.abs(total - Number(shown))).toBeLessThan(0.02);
  // The recording is read while the model loads, in a thread that starts meanwhile.
  const starting = trace.start("load") - trace.start("transcribe");
  expect(Math.abs(starting + trace.covered("engine") - total)).toBeLessThan(TOLERANCE * total);
  for (const name of ["media", "resample", "mel", "vad", "encode", "decode", "write"])
    expect({ name, seconds: trace.sum(name) }).not.toEqual({ name, seconds: 0 });
  expect(trace.sum("encode", "encoder")).toBeGreaterThan(0);
  expect(logged("file.log").map(({ msg }) => msg)).toContain("segment");
});

test("a file that cannot be written is told before anything is done", async () => {
  const missing = path("no/such/folder");
  for (const option of ["--trace", "--profile", "--log"])
    expectFailure(await mubbles(["file", fixture("speech.wav"), option, missing]), "OUTPUT_FAILED", missing);
});

test.runIf(process.platform === "linux").each(["--trace", "--profile", "--log"])(
  "a disk that is full costs %s and no text",
  async (option) => {
    const { exitCode, stdout, stderr } = await mubbles(["file", fixture("speech.wav"), option, "/dev/full"]);
    expect(stdout).toBe((await mubbles(["file", fixture("speech.wav")])).stdout);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 4,
      stderr: expect.stringMatching(/^mubbles: OUTPUT_DISK_FULL/),
    });
  },
);
