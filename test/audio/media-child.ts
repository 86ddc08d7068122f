/** openMedia("-") in a process of its own, whose standard input the test writes. Runs what the build made. */
import type { RawFormat } from "../../src/audio/raw-format.js";
import { type Child, runInChild } from "./child.js";

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

export function openMediaInChild(options: ChildOptions): Child<ChildResult> {
  return runInChild(PROGRAM, options);
}
