/** A module in a process of its own, whose standard input the test writes. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";

export interface Child<Result> {
  readonly stdin: Writable;
  /** Settles when the program has written "stopped" to standard error. */
  readonly stopped: Promise<void>;
  /** What the program wrote to standard output as JSON, and what it left in its temporary folder. */
  readonly result: Promise<Result & { readonly leftovers: readonly string[] }>;
  readonly exitCode: Promise<number | null>;
  kill(): void;
}

/** Runs the source of a module; `process.argv[1]` is `options` as JSON. */
export function runInChild<Result>(program: string, options: unknown): Child<Result> {
  const folder = mkdtempSync(join(tmpdir(), "mubbles-test-"));
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", program, "--", JSON.stringify(options)],
    { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, TMPDIR: folder } },
  );
  // A child that stops reading closes the pipe.
  child.stdin.on("error", () => {});
  let output = "";
  let complaint = "";
  child.stdout.on("data", (part) => {
    output += part;
  });
  const stopped = new Promise<void>((resolve) => {
    child.stderr.on("data", (part) => {
      complaint += part;
      if (complaint.includes("stopped")) resolve();
    });
  });
  const result = new Promise<Result & { readonly leftovers: readonly string[] }>((resolve, reject) => {
    child.on("close", () => {
      const leftovers = readdirSync(folder);
      rmSync(folder, { recursive: true });
      if (output === "") reject(new Error(`no result: ${complaint}`));
      else resolve({ ...JSON.parse(output), leftovers });
    });
  });
  // Who kills the child does not ask for its result.
  result.catch(() => {});
  const exitCode = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { stdin: child.stdin, stopped, result, exitCode, kill: () => child.kill("SIGKILL") };
}
