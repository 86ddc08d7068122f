/** A question to whoever sits at the terminal. */
import { once } from "node:events";
import { createInterface } from "node:readline/promises";

/** Whether there is anybody to ask: questions are shown on standard error and answered on standard input. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** An empty answer is what stands in capitals; the end of input, Ctrl-D, is no. */
export async function askYesNo(
  question: string,
  isYesByDefault: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // The interface takes Ctrl-C for itself.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    // A question that nothing answers any more never settles by itself.
    const ended = once(lines, "close", { signal });
    const asked = lines.question(`${question} ${isYesByDefault ? "[Y/n]" : "[y/N]"} `, { signal });
    const answer = await Promise.race([asked, ended]);
    if (typeof answer !== "string") return false;
    return answer.trim() === "" ? isYesByDefault : /^y(es)?$/i.test(answer.trim());
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown;
  } finally {
    lines.close();
  }
}
