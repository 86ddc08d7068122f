/** mubbles keeps nothing about its use: onnxruntime's own collection of usage data is off (src/model/no-telemetry.ts). */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mubbles, ROOT } from "./mubbles.js";

test("a run leaves nothing in the user's folder", async () => {
  const home = mkdtempSync(join(tmpdir(), "mubbles-home-"));
  try {
    const env = { HOME: home, USERPROFILE: home, XDG_CACHE_HOME: join(home, ".cache") };
    const { exitCode, stdout } = await mubbles(["file", join(ROOT, "test/fixtures/speech.wav"), "--quiet"], {
      env,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(" --> ");
    expect(readdirSync(home)).toEqual([]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
