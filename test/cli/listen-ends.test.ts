/** How `mubbles listen` ends before its sources do: signals, readers that are slow, readers that go away. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { missing } from "../needs.js";
import { listenJson, parseEvents, QUICK, textOf } from "./listening.js";
import { PROGRAM, ROOT, SAMPLE } from "./mubbles.js";
import { wordErrorRate } from "./words.js";

const TEXT = readFileSync(join(ROOT, "samples/austen.txt"), "utf8");
const REAL_TIME = ["--mic", `file:${SAMPLE}`];

/** Calls `act` when the child has printed a line with `text` in it. */
function onLine(text: string, act: (child: ChildProcess) => unknown) {
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
      onFirstOutput: onLine('"type":"partial"', async (child) => {
        child.kill("SIGINT");
        // Two at once would be one.
        await setTimeout(50);
        child.kill("SIGINT");
      }),
    });
    expect(exitCode).not.toBe(0);
    expect(events.at(-1)?.type).not.toBe("end");
  });

  test("one while the model is loaded ends quietly too", async () => {
    const child = spawn(process.execPath, [PROGRAM, "listen", "--json", "--verbose", ...REAL_TIME]);
    const texts = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      texts.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      if (texts.stderr === "") child.kill("SIGINT");
      texts.stderr += chunk;
    });
    const [exitCode] = await once(child, "close");
    expect({ exitCode, ...texts }).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "mubbles: loading model base\n",
    });
  });
});

describe.skipIf(missing("python3"))("in a pipeline", () => {
  /** Standard output is a pipe that holds 4 KiB (F_SETPIPE_SZ), so that a slow reader is felt at once. */
  const NARROW = "import fcntl, os, sys; fcntl.fcntl(1, 1031, 4096); os.execv(sys.argv[1], sys.argv[1:])";
  const command = `python3 -c '${NARROW}' '${process.execPath}' '${PROGRAM}' listen --json ${QUICK.join(" ")}`;
  const pipe = (args: string, reader: string) =>
    spawnSync("bash", ["-o", "pipefail", "-c", `${command} --mic 'file:${SAMPLE}' ${args} | ${reader}`], {
      encoding: "utf8",
      maxBuffer: 1e8,
    });

  test("a reader that goes away (| head -3) is no error", () => {
    const { status, stdout, stderr } = pipe("--speed max", "head -3");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n")).toHaveLength(4);
  });

  test("a reader that is slow misses levels and no text", () => {
    const { status, stdout } = pipe("--speed max --levels", "(sleep 8; cat)");
    expect(status).toBe(0);
    const events = parseEvents(stdout);
    expect(wordErrorRate(TEXT, textOf(events, "final", "mic"))).toBeLessThan(0.15);
    expect(events.filter(({ type }) => type === "final")).toHaveLength(Number(events.at(-1)?.utterances));
    const levels = events.filter(({ type }) => type === "level").map(({ atSeconds }) => atSeconds);
    const gaps = levels.slice(1).map((seconds, i) => seconds - levels[i]!);
    expect(Math.max(...gaps)).toBeGreaterThan(2);
  });
});
