/** A tenth of a second is a recording too. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fixture } from "../audio/decode.js";
import { mubbles, wav } from "./mubbles.js";

const folder = mkdtempSync(join(tmpdir(), "mubbles-short-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([[[]], [["--no-vad"]]])(
  "0.1 s of a voice: no error, and nothing that it is too short for (%s)",
  async (options) => {
    const file = join(folder, "tenth.wav");
    const bytesPerSecond = 32_000;
    writeFileSync(
      file,
      wav(readFileSync(fixture("austen-0870.wav")).subarray(bytesPerSecond, bytesPerSecond * 1.1)),
    );
    const { exitCode, stdout, stderr } = await mubbles(["file", "-f", "txt", ...options, file]);
    expect(stderr).not.toContain("INTERNAL");
    expect(exitCode).toBe(0);
    expect(stdout.length).toBeLessThan(20);
    expect(stdout.trim().split(/\s+/).length).toBeLessThanOrEqual(1);
  },
);
