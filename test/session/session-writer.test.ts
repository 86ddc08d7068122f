/** What the disk does to a session that is being kept: it is told, and nothing but the recording suffers. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { FRAME_SAMPLES } from "../../src/audio/capture/virtual/frames.js";
import { readRecorded } from "../../src/audio/recorded/recorded-channel.js";
import type { MubblesError } from "../../src/errors.js";
import { DEFAULT_LISTEN_OPTIONS } from "../../src/pipeline/live/listen-options.js";
import { finalsOf, readSession, readSteps } from "../../src/session/session-reader.js";
import { SessionWriter } from "../../src/session/session-writer.js";
import { SAMPLE_RATE_HZ } from "../../src/units.js";
import { temporaryFolder } from "../cli/mubbles.js";
import { FINAL, LIVE_EVENTS } from "../output/live-events.js";

const folder = temporaryFolder();
const disk = join(folder, "disk");
const readOnlyDisk = join(folder, "read-only-disk");
const OPTIONS = { ...DEFAULT_LISTEN_OPTIONS, mic: "file:talk.wav" };
const [SESSION] = LIVE_EVENTS;
const FRAMES_PER_MINUTE = Math.ceil((60 * SAMPLE_RATE_HZ) / FRAME_SAMPLES);

test("a session comes back: events, steps, and every sample, before its end and after it", async () => {
  const { writer, problems } = await startWriter(join(folder, "whole"));
  hear(writer, 0, 100);
  writer.event(FINAL);
  await writer.secured(FINAL);
  // As a kill would leave it.
  expect(finalsOf(await readSession(writer.folder))).toMatchObject([{ text: FINAL.text }]);
  hear(writer, 100, 200);
  expect(await writer.close()).toEqual({ isKept: true, problems: [] });
  const { channels, meta } = await readSession(writer.folder);
  expect(meta).toMatchObject({ options: { unloadAfterSeconds: 120 }, model: { name: "base" } });
  expect(meta.model.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(channels).toMatchObject([{ name: "mic", endSample: 200 * FRAME_SAMPLES }]);
  expect(await readRecorded(channels[0]!, 0, 200 * FRAME_SAMPLES)).toEqual(samples(0, 200));
  expect(await readSteps(writer.folder)).toHaveLength(400);
  expect(problems).toEqual([]);
});

test.runIf(process.platform !== "win32")("nobody else may read it", async () => {
  const { writer } = await startWriter(join(folder, "private"));
  hear(writer, 0, 1);
  await writer.close();
  for (const path of ["", "audio"]) expect(modeOf(join(writer.folder, path))).toBe(0o700);
  for (const path of ["meta.json", "events.jsonl", "steps.jsonl", "audio/mic-0000000000.wav"])
    expect(modeOf(join(writer.folder, path))).toBe(0o600);
});

test("a session that never began leaves nothing", async () => {
  const writer = new SessionWriter(join(folder, "never"), OPTIONS);
  hear(writer, 0, 10);
  expect(await writer.close()).toEqual({ isKept: false, problems: [] });
  expect(readdirSync(folder)).not.toContain("never");
});

test("parts follow one another without a seam", async () => {
  const { writer } = await startWriter(join(folder, "parts"));
  const frames = 6 * FRAMES_PER_MINUTE;
  for (let frame = 0; frame < frames; frame += 500) {
    hear(writer, frame, Math.min(frame + 500, frames));
    await writer.room();
  }
  await writer.close();
  const { channels } = await readSession(writer.folder);
  expect(channels[0]!.parts).toHaveLength(2);
  const seam = channels[0]!.parts[1]!.startSample;
  expect(await readRecorded(channels[0]!, seam - 100, seam + 100)).toEqual(
    samples(0, frames).subarray(seam - 100, seam + 100),
  );
});

// Mounting takes root, and containers may forbid it even then.
describe.skipIf(!canMount(disk))("a full disk", () => {
  afterAll(() => void spawnSync("umount", [disk]));

  test("is told once; what fits in memory is written when there is room, and the rest is a gap", async () => {
    writeFileSync(join(disk, "ballast"), Buffer.alloc(200_000));
    const { writer, problems } = await startWriter(join(disk, "session"));
    hear(writer, 0, 2 * FRAMES_PER_MINUTE);
    writer.event(FINAL);
    await vi.waitUntil(() => problems.length > 0, { timeout: 5000 });
    rmSync(join(disk, "ballast"));
    spawnSync("mount", ["-o", "remount,size=20m", disk]);
    await vi.waitUntil(() => statSync(join(writer.folder, "audio/mic-0000000000.wav")).size > 1_900_000, {
      timeout: 10_000,
    });
    hear(writer, 2 * FRAMES_PER_MINUTE, 2 * FRAMES_PER_MINUTE + 10);
    await writer.close();
    expect(problems.map(({ code }) => code)).toEqual(["OUTPUT_DISK_FULL"]);
    const session = await readSession(writer.folder);
    expect(finalsOf(session)).toHaveLength(1);
    const [mic] = session.channels;
    const [first, second] = mic!.parts;
    expect(first!.endSample).toBeGreaterThanOrEqual(60 * SAMPLE_RATE_HZ);
    expect(second!.startSample).toBe(2 * FRAMES_PER_MINUTE * FRAME_SAMPLES);
    const all = samples(0, 2 * FRAMES_PER_MINUTE + 10);
    for (const { startSample, endSample } of [first!, second!])
      expect(await readRecorded(mic!, startSample, endSample)).toEqual(all.subarray(startSample, endSample));
  });
});

describe.skipIf(!canMount(readOnlyDisk))("a disk that nothing can be written to", () => {
  beforeAll(() => void spawnSync("mount", ["-o", "remount,ro", readOnlyDisk]));
  afterAll(() => void spawnSync("umount", [readOnlyDisk]));

  test("is told once, and the session goes on without a recording", async () => {
    const { writer, problems } = await startWriter(join(readOnlyDisk, "session"));
    hear(writer, 0, FRAMES_PER_MINUTE);
    writer.event(FINAL);
    await vi.waitUntil(() => problems.length > 0, { timeout: 5000 });
    expect(await writer.close()).toEqual({ isKept: false, problems: [] });
    expect(problems).toMatchObject([
      { code: "OUTPUT_FAILED", message: expect.stringContaining("read-only") },
    ]);
  });
});

test("a folder that can be written only later is a session then, and the memory for it is bounded", async () => {
  const parent = join(folder, "later");
  writeFileSync(parent, "");
  const { writer, problems } = await startWriter(join(parent, "session"));
  await vi.waitUntil(() => problems.length > 0, { timeout: 5000 });
  const level = LIVE_EVENTS.find(({ type }) => type === "level")!;
  for (let i = 0; i < 100_000; i++) writer.event(level);
  writer.event(FINAL);
  hear(writer, 0, 10);
  expect(writer.isKeeping).toBe(false);
  rmSync(parent);
  expect(await writer.close()).toEqual({ isKept: true, problems: [] });
  const session = await readSession(writer.folder, { levels: true });
  expect(session.meta.model.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(finalsOf(session)).toHaveLength(1);
  expect(session.events.length).toBeLessThan(80_000);
  expect(session.channels).toMatchObject([{ endSample: 10 * FRAME_SAMPLES }]);
});

test("text is written where audio cannot be", async () => {
  const { writer, problems } = await startWriter(join(folder, "silent"));
  rmSync(join(writer.folder, "audio"), { recursive: true });
  hear(writer, 0, 10);
  writer.event(FINAL);
  await vi.waitUntil(() => problems.length > 0, { timeout: 5000 });
  await vi.waitUntil(async () => finalsOf(await readSession(writer.folder)).length === 1, { timeout: 5000 });
  await writer.close();
});

test("a folder that cannot be written is told once, and closing does not fail", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const { writer, problems } = await startWriter(join(file, "session"));
  hear(writer, 0, 100);
  await vi.waitUntil(() => problems.length > 0, { timeout: 5000 });
  expect(await writer.close()).toEqual({ isKept: false, problems: [] });
  expect(problems).toHaveLength(1);
  expect(problems[0]!.code).toMatch(/^OUTPUT_/);
});

test("a folder that is removed meanwhile is told once", async () => {
  const { writer, problems } = await startWriter(join(folder, "removed"));
  hear(writer, 0, 100);
  await settled(writer);
  rmSync(writer.folder, { recursive: true });
  await vi.waitUntil(() => problems.length > 0, { timeout: 5000 });
  hear(writer, 100, 200);
  await writer.close();
  expect(problems).toMatchObject([{ code: "OUTPUT_FAILED", message: expect.stringContaining("removed") }]);
  expect(readdirSync(folder)).not.toContain("removed");
});

function canMount(disk: string): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  mkdirSync(disk);
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", disk]).status === 0;
}

async function startWriter(path: string): Promise<{ writer: SessionWriter; problems: MubblesError[] }> {
  const writer = new SessionWriter(path, OPTIONS);
  const problems: MubblesError[] = [];
  writer.onProblem = (problem) => problems.push(problem);
  writer.event(SESSION!);
  await writer.secured(SESSION!);
  return { writer, problems };
}

function hear(writer: SessionWriter, firstFrame: number, endFrame: number): void {
  for (let frame = firstFrame; frame < endFrame; frame++) {
    writer.audio("mic", samples(frame, frame + 1));
    writer.step({ step: "frame", channel: "mic" });
    writer.step({ step: "heard", channel: "mic" });
  }
}

/** No two frames alike. */
function samples(firstFrame: number, endFrame: number): Int16Array {
  const first = firstFrame * FRAME_SAMPLES;
  return Int16Array.from(
    { length: (endFrame - firstFrame) * FRAME_SAMPLES },
    (_, i) => ((first + i) * 7919) % 65_536,
  );
}

/** All that was heard has been written. */
async function settled(writer: SessionWriter): Promise<void> {
  await vi.waitUntil(
    () => {
      const names = readdirSync(join(writer.folder, "audio"));
      return (
        names.length > 0 && names.every((name) => statSync(join(writer.folder, "audio", name)).size > 44)
      );
    },
    { timeout: 5000 },
  );
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}
