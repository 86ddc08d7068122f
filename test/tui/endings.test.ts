/** However the program ends, the terminal can be used afterwards and the text is not lost. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { PROGRAM, SAMPLE, temporaryFolder } from "../cli/mubbles.js";
import { missing } from "../needs.js";
import { Terminal } from "./terminal.js";

describe.skipIf(missing("tmux"))("the interface ends", () => {
  let terminal: Terminal;

  afterEach(() => terminal.close());

  /** Listens until the first utterance is final. Returns the process id. `nodeOptions` are Node's own, `flags` of the program. */
  async function listen(cwd = temporaryFolder(), nodeOptions = "", flags = ""): Promise<number> {
    terminal = await Terminal.open({ columns: 100, rows: 24, cwd });
    terminal.run(
      `${process.execPath} ${nodeOptions} ${PROGRAM} listen --mic file:${SAMPLE} --language en --beam-size 1 ${flags} & echo "pid $!"; fg`,
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
    expect(terminal.history()).toMatch(/mic: And Mr/);
    await terminal.isUsable();
  });

  test("by a window that is closed: the text is in a file where no session has it", async () => {
    const cwd = temporaryFolder();
    const pid = await listen(cwd, "", "--no-save");
    terminal.close();
    await untilGone(pid);
    const names = readdirSync(cwd);
    expect(names).toEqual([expect.stringMatching(/^mubbles-.*\.txt$/)]);
    expect(readFileSync(join(cwd, names[0]!), "utf8")).toContain("Dashwood");
  });

  // What breaks is a view of Ink's, a line that is drawn, and something that belongs to no view.
  test.each([
    ["a panel", "views/help-panel.js", "HelpPanel", "?"],
    ["a line", "draw/spectrogram.js", "drawSpectrogram", "g"],
    ["a key", "views/key-press.js", "keyPressOf", "k"],
  ])("by an exception in %s: the text stands above where to report it", async (_, file, broken, key) => {
    const folder = temporaryFolder();
    await listen(folder, `--import ${breaking(folder, `dist/tui/${file}`, broken)}`);
    terminal.type(key);
    await terminal.isBack(15_000);
    terminal.run('echo "exit code $?"');
    await terminal.shows("exit code 1");
    expect(terminal.history()).toMatch(
      new RegExp(`mic: And Mr[^]*\\nmubbles: INTERNAL: .*${broken} is broken.*\\n +please report it`),
    );
    await terminal.isUsable();
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

/** A module for Node's --import, with which one exported function of the program's throws. */
function breaking(folder: string, file: string, name: string): string {
  const hooks = `export async function load(url, context, nextLoad) {
    if (!url.endsWith(${JSON.stringify(file)})) return nextLoad(url, context);
    const source = "export function ${name}() { throw new Error('${name} is broken'); }";
    return { format: "module", source, shortCircuit: true };
  }`;
  const path = join(folder, "breaking.mjs");
  const hooksUrl = `data:text/javascript,${encodeURIComponent(hooks)}`;
  writeFileSync(path, `import { register } from "node:module";\nregister(${JSON.stringify(hooksUrl)});\n`);
  return path;
}

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
