/** A real terminal for tests: a shell in a pane of a tmux server of its own. Debian: tmux. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";

const POLL_MS = 100;
const PROMPT = "ready> ";
/** The shell that starts it would drop a prompt of ours from the environment. */
const SHELL = `exec env PS1='${PROMPT}' bash --norc`;

interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

export class Terminal {
  readonly #socket = `mubbles-${randomUUID()}`;

  static async open({ columns, rows, cwd, env = process.env }: TerminalOptions): Promise<Terminal> {
    const terminal = new Terminal();
    // With these the program would rather write lines.
    const { CI: _ci, NO_COLOR: _noColor, TMUX: _tmux, ...rest } = env;
    const size = ["-x", String(columns), "-y", String(rows)];
    execFileSync(
      "tmux",
      ["-L", terminal.#socket, "-f", "/dev/null", "new-session", "-d", ...size, "-c", cwd, SHELL],
      { env: { ...rest, TERM: "xterm-256color", COLORTERM: "truecolor", LANG: "C.UTF-8" } },
    );
    terminal.tmux("set-option", "-g", "set-clipboard", "on");
    await terminal.until((screen) => screen.includes(PROMPT.trim()));
    return terminal;
  }

  private constructor() {}

  /** Types a line into the shell. */
  run(line: string): void {
    this.type(line);
    this.press("Enter");
  }

  /** Characters as they are. */
  type(text: string): void {
    this.tmux("send-keys", "-l", text);
  }

  /** A key by its name in tmux. */
  press(...keys: string[]): void {
    this.tmux("send-keys", ...keys);
  }

  /** What can be read now, a line for each row. */
  screen(): string {
    return this.tmux("capture-pane", "-p");
  }

  /** What can be read, and what has scrolled away. */
  history(): string {
    return this.tmux("capture-pane", "-p", "-J", "-S", "-");
  }

  /** A format of tmux, `alternate_on` for one. */
  ask(format: string): string {
    return this.tmux("display-message", "-p", `#{${format}}`).trim();
  }

  /** Waits until the screen is as wanted; gives it. */
  async until(isReached: (screen: string) => boolean, withinMs = 10_000): Promise<string> {
    const deadlineMs = performance.now() + withinMs;
    for (;;) {
      const screen = this.screen();
      if (isReached(screen)) return screen;
      if (performance.now() > deadlineMs) throw new Error(`the screen stayed like this:\n${screen}`);
      await sleep(POLL_MS);
    }
  }

  /** Waits until the screen shows the text. */
  shows(text: string | RegExp, withinMs?: number): Promise<string> {
    return this.until(
      (screen) => (typeof text === "string" ? screen.includes(text) : text.test(screen)),
      withinMs,
    );
  }

  /** Waits until the shell has the terminal again. */
  async isBack(withinMs?: number): Promise<void> {
    await this.until((screen) => screen.trimEnd().endsWith(PROMPT.trim()), withinMs);
  }

  /** The shell has its own screen, a cursor, and a terminal that echoes line by line. */
  async isUsable(): Promise<void> {
    expect(this.ask("alternate_on")).toBe("0");
    expect(this.ask("cursor_flag")).toBe("1");
    this.run("stty -a");
    await this.shows(/ icanon /);
    await this.shows(/ echo /);
  }

  /** Asks for the end, as closing the window does. */
  close(): void {
    try {
      this.tmux("kill-server");
    } catch {
      // It has gone with its last pane.
    }
  }

  tmux(...args: string[]): string {
    return execFileSync("tmux", ["-L", this.#socket, ...args], { encoding: "utf8", stdio: "pipe" });
  }
}
