/** openMedia("-") in a process of its own, whose standard input the test writes. Runs what the build made. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import type { RawFormat } from "../../src/audio/raw-format.js";

interface ChildOptions {
  readonly raw?: RawFormat;
  /** Stop after this many chunks: "close" the media, or "abort" its signal; "hold" reads no more until told on stdin. */
  readonly stop?: { readonly afterChunks: number; readonly how: "close" | "abort" | "hold" };
  /** Call process.exit(7) then. */
  readonly exitAfterMs?: number;
}

interface ChildResult {
  readonly samples: number;
  readonly problems: readonly string[];
  /** Of the error, where there was one. */
  readonly code?: string;
  /** What the process left in its temporary folder. */
  readonly leftovers: readonly string[];
}

interface Child {
  readonly stdin: Writable;
  /** Settles when as many chunks have come as `stop` says. */
  readonly stopped: Promise<void>;
  readonly result: Promise<ChildResult>;
  readonly exitCode: Promise<number | null>;
  kill(): void;
}

const PROGRAM = `
import { openMedia } from "${new URL("../../dist/audio/media.js", import.meta.url).href}";
const { raw, stop, exitAfterMs } = JSON.parse(process.argv[1]);
if (exitAfterMs !== undefined) setTimeout(() => process.exit(7), exitAfterMs);
const aborter = new AbortController();
const result = { samples: 0, problems: [] };
try {
  const media = await openMedia("-", { channel: "mix", signal: aborter.signal, ...(raw ? { raw } : {}) });
  let chunks = 0;
  for await (const chunk of media.audio) {
    result.samples += chunk.length;
    if (++chunks !== stop?.afterChunks) continue;
    process.stderr.write("stopped");
    if (stop.how === "hold") await new Promise((resolve) => setTimeout(resolve, 1e6));
    if (stop.how === "abort") aborter.abort();
    if (stop.how === "close") break;
  }
  await media.close();
  result.problems = media.problems.map((problem) => problem.code);
} catch (thrown) {
  result.code = thrown.code ?? thrown.name;
}
process.stdout.write(JSON.stringify(result));
`;

export function openMediaInChild(options: ChildOptions): Child {
  const folder = mkdtempSync(join(tmpdir(), "mubbles-test-"));
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", PROGRAM, "--", JSON.stringify(options)],
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
  const result = new Promise<ChildResult>((resolve, reject) => {
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
