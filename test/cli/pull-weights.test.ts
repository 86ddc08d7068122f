/** `mubbles models pull` of real weights, from a mirror on this machine: killed again and again, and what comes of it in the end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Mirror } from "../model/hub/mirror.js";
import { missing, WEIGHTS_FOLDER } from "../needs.js";
import { fixture, mubbles, PROGRAM, temporaryFolder } from "./mubbles.js";

const KILLS = 20;
/** These while it converts. */
const LATE_KILLS = 5;
const REPOSITORY = "openai/whisper-tiny.en";
const WEIGHTS = join(WEIGHTS_FOLDER, REPOSITORY, "model.safetensors");

describe.skipIf(missing("weights"))("real weights", () => {
  const home = temporaryFolder();
  const downloads = join(home, "downloads/whisper-tiny.en");
  const models = join(home, "models");
  let mirror: Mirror;
  let env: Record<string, string>;

  beforeAll(async () => {
    // Slow enough to be met in the middle.
    mirror = await Mirror.start({ root: WEIGHTS_FOLDER, bytesPerSecond: 80e6 });
    env = {
      MUBBLES_HOME: home,
      HF_HOME: join(home, "hub"),
      HF_ENDPOINT: mirror.endpoint,
      HF_HUB_OFFLINE: "",
    };
  });
  afterAll(() => mirror.stop());

  test(`tiny.en, killed at ${KILLS} random points, ends as the model that was never interrupted`, async () => {
    const { size } = statSync(WEIGHTS);
    const points = Array.from({ length: KILLS - LATE_KILLS }, () => Math.random() * size).sort(
      (a, b) => a - b,
    );
    process.stderr.write(`killed at bytes ${points.map(Math.round).join(", ")}\n`);
    for (const bytes of points) await killOnce(() => partialBytes(downloads) >= bytes);
    const sentBytes = mirror.sentBytes;
    for (let i = 0; i < LATE_KILLS; i++) await killOnce(() => isConverting(models), 500 * Math.random());
    // What had come was not fetched again: each kill costs what was under way, no more.
    expect(sentBytes).toBeLessThan(2 * size);
    const pulled = await mubbles(["models", "pull", "tiny.en", "--no-measure", "--keep-original"], { env });
    expect(pulled).toMatchObject({ exitCode: 0, stdout: `${join(models, "whisper-tiny.en-int8")}\n` });
    expect(readdirSync(models)).toEqual(["whisper-tiny.en-int8"]);
    expect(readFileSync(join(downloads, "model.safetensors")).equals(readFileSync(WEIGHTS))).toBe(true);
    const whole = join(home, "whole");
    await mubbles(["models", "convert", join(WEIGHTS_FOLDER, REPOSITORY), "--output-dir", whole]);
    const weights = (folder: string) => readFileSync(join(folder, "model.safetensors"));
    expect(weights(join(models, "whisper-tiny.en-int8")).equals(weights(whole))).toBe(true);
    expect((await mubbles(["models", "verify", "tiny.en"], { env })).exitCode).toBe(0);
  }, 120_000);

  test("base, although it is embedded; both are used from then on", async () => {
    const pulled = await mubbles(["models", "pull", "base", "--force", "--no-measure"], { env });
    expect(pulled).toMatchObject({ exitCode: 0, stdout: `${join(models, "whisper-base-int8")}\n` });
    for (const name of ["base", "tiny.en"]) {
      const args = ["file", "-m", name, "-f", "txt", fixture("austen-0870.wav")];
      expect(await mubbles(args, { env })).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining("Dashwood"),
      });
    }
  }, 60_000);

  /** Kills the program so long after `isReached`. */
  async function killOnce(isReached: () => boolean, thenMs = 0): Promise<void> {
    const args = [PROGRAM, "models", "pull", "tiny.en", "--no-measure", "--keep-original"];
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: "ignore" });
    const closed = once(child, "close");
    while (!isReached() && child.exitCode === null) await sleep(1);
    await sleep(thenMs);
    child.kill("SIGKILL");
    expect(await closed, "it had not ended before").toEqual([null, "SIGKILL"]);
  }
});

function partialBytes(folder: string): number {
  const sizes = filesOf(folder)
    .filter((name) => name.startsWith("model.safetensors"))
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  return Math.max(0, ...sizes);
}

function isConverting(models: string): boolean {
  return filesOf(models).some((name) => name.includes(".part-"));
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
