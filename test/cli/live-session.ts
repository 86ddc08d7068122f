/** A `mubbles listen --json` that runs while a test plays, breaks or waits for things. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, vi } from "vitest";
import { type ListenedEvent, parseEvents, QUICK } from "./listening.js";
import { PROGRAM } from "./mubbles.js";

export class LiveSession {
  /** What came so far, each held to the schema. */
  readonly events: ListenedEvent[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;
  #rest = "";
  #stderr = "";

  /** Resolves when the session event has come: from then on everything is heard. */
  static async start(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<LiveSession> {
    const session = new LiveSession(args, env);
    await session.until(({ type }) => type === "session");
    return session;
  }

  private constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [PROGRAM, "listen", "--json", ...QUICK, ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#closed = once(this.#child, "close");
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
  }

  get processId(): number {
    return this.#child.pid!;
  }

  /** Waits for an event from the `from`th on; fails with all events where none comes in time. */
  async until(isIt: (event: ListenedEvent) => boolean, { from = 0, timeoutMs = 30_000 } = {}): Promise<void> {
    const arrived = () => this.events.slice(from).some(isIt);
    try {
      await vi.waitUntil(() => arrived() || this.#child.exitCode !== null, { timeout: timeoutMs });
    } catch {
      // Told below, with what came instead.
    }
    expect(arrived(), `${this.#child.exitCode} ${JSON.stringify(this.events)} ${this.#stderr}`).toBe(true);
  }

  /** Ctrl-C, as a user ends it. */
  async interrupt(): Promise<{ exitCode: number | null; stderr: string }> {
    this.#child.kill("SIGINT");
    await this.#closed;
    return { exitCode: this.#child.exitCode, stderr: this.#stderr };
  }

  /** For a test that failed before its end. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    this.events.push(...parseEvents(lines.join("\n")));
  }
}
