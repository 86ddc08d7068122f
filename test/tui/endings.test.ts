/** However the program ends, the terminal can be used afterwards and the text is not lost. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { PROGRAM, SAMPLE, temporaryFolder } from "../cli/mubbles.js";
import { missing } from "../needs.js";
import { Terminal } from "./terminal.js";

describe.skipIf(missing("tmux"))("the interface ends", () => {
  let terminal: Terminal;

  afterEach(() => terminal.close());

  /** Listens until the first utterance is final. Returns the process id. */
  async function listen(cwd = temporaryFolder(), options = ""): Promise<number> {
    terminal = await Terminal.open({ columns: 100, rows: 24, cwd });
    terminal.run(
      `${process.execPath} ${PROGRAM} listen --mic file:${SAMPLE} --language en --beam-size 1 ${options} & echo "pid $!"; fg`,
    );
    const started = await terminal.shows(/pid \d+/);
    await terminal.shows("1 finals", 30_000);
    return Number(/pid (\d+)/.exec(started)?.[1]);
  }

  test("by SIGTERM: the text stands on the screen", async () => {
    const pid = await listen();
    process.kill(pid, "SIGTERM");
    await terminal.isBack(15_000);
    expect(terminal.history()).toMatch(/mic: And Mr/);
    await terminal.isUsable();
  });

  test("by two presses of q: at once", async () => {
    await listen();
    terminal.type("qq");
    await terminal.isBack(3000);
    await terminal.isUsable();
  });

  test("by a window that is closed: the text of a session that is not kept is in a file", async () => {
    const cwd = temporaryFolder();
    const pid = await listen(cwd, "--no-save");
    terminal.close();
    await untilGone(pid);
    const names = readdirSync(cwd);
    expect(names).toEqual([expect.stringMatching(/^mubbles-.*\.txt$/)]);
    expect(readFileSync(join(cwd, names[0]!), "utf8")).toContain("Dashwood");
  });

  test.each(["TERM=dumb", "NO_COLOR=1", "CI=true"])("before it begins with %s: lines", async (setting) => {
    terminal = await Terminal.open({ columns: 80, rows: 24, cwd: temporaryFolder() });
    terminal.run(
      `${setting} ${process.execPath} ${PROGRAM} listen --mic file:${SAMPLE} --speed max --beam-size 1`,
    );
    await terminal.shows(/mic: And Mr/, 30_000);
    expect(terminal.ask("alternate_on")).toBe("0");
    terminal.press("C-c");
    await terminal.isBack(15_000);
  });
});

async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(100);
  }
}
