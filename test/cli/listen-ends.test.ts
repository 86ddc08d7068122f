/** How `mubbles listen` ends before its sources do: signals, readers that are slow, readers that go away. */

import type { ChildProcess } from "node:child_process";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { listenJson, parseEvents, QUICK, textOf } from "./listening.js";
import { mubbles, PROGRAM, SAMPLE, temporaryFolder, writeLongWav } from "./mubbles.js";

const folder = temporaryFolder();
const long = join(folder, "long.wav");
beforeAll(() => writeLongWav(long, 4));
const REAL_TIME = ["--mic", `file:${SAMPLE}`];

/** Calls `act` when the child has printed a line with `text` in it. */
function onLine(text: string, act: (child: ChildProcess) => void) {
  return (child: ChildProcess) => {
    let seen = "";
    const look = (chunk: string) => {
      seen += chunk;
      if (!seen.includes(text)) return;
      child.stdout?.off("data", look);
      act(child);
    };
    child.stdout?.on("data", look);
  };
}

describe("a signal in the middle of speech", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s: what was said is made final, exit code 0",
    async (signal) => {
      const { events, exitCode, stderr } = await listenJson(REAL_TIME, {
        onFirstOutput: onLine('"type":"partial"', (child) => child.kill(signal)),
      });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(textOf(events, "final", "mic").trim()).not.toBe("");
      expect(events.at(-1)).toMatchObject({ type: "end", reason: "interrupted" });
      // The sample goes on for 27 s.
      expect(events.at(-1)?.atSeconds).toBeLessThan(20);
    },
  );

  test("a second one leaves at once", async () => {
    const { exitCode, events } = await listenJson(REAL_TIME, {
      onFirstOutput: onLine('"type":"partial"', (child) => {
        child.kill("SIGINT");
        child.kill("SIGINT");
      }),
    });
    expect(exitCode).not.toBe(0);
    expect(events.at(-1)?.type).not.toBe("end");
  });

  test("one before the model is loaded ends quietly too", async () => {
    const { exitCode, stderr } = await mubbles(["listen", "--json", ...REAL_TIME, "--verbose"], {
      onFirstOutput: (child) => child.kill("SIGINT"),
    });
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain("INTERRUPTED");
  });
});

describe.skipIf(process.platform === "win32")("in a pipeline", () => {
  const command = `"${process.execPath}" "${PROGRAM}" listen --mic "file:${long}" --speed max ${QUICK.join(" ")}`;
  const pipe = (rest: string) =>
    spawnSync("bash", ["-o", "pipefail", "-c", `${command} ${rest}`], { encoding: "utf8", maxBuffer: 1e8 });

  test("a reader that goes away (| head -3) is no error", () => {
    const { status, stdout, stderr } = pipe("--json | head -3");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n")).toHaveLength(4);
  });

  test("a reader that is slow loses levels and partial text, and nothing else", () => {
    const [slow, quick] = [pipe("--json --levels | (sleep 8; cat)"), pipe("--json")];
    expect(slow.status).toBe(0);
    const lines = [slow, quick].map(({ stdout }) => parseEvents(stdout));
    const finals = lines.map((events) => textOf(events, "final", "mic"));
    expect(finals[0]).toBe(finals[1]);
    expect(finals[0]).not.toBe("");
  });
});
