/** Ctrl-C and its kin: the first asks for an orderly end, the second ends at once. */
import { MubblesError } from "../errors.js";
import { giveBackTerminal } from "./terminal-guard.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Interrupt {
  /** Aborted by the first signal; its reason is a MubblesError INTERRUPTED. */
  readonly signal: AbortSignal;
  /** As Ctrl-C does; a process of Windows that sends itself a signal is ended at once. */
  request(): void;
  dispose(): void;
}

export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    // Of a terminal that goes both the system and the shell tell: that is nobody who is impatient.
    if (controller.signal.aborted && name !== "SIGHUP") void dieNow();
    controller.abort(new MubblesError("INTERRUPTED"));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    request: () => onSignal("SIGINT"),
    dispose: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}

/**
 * process.exit() would wait for the worker threads and crash in the one that computes; the signal itself ends everything,
 * and a shell shows it as 130 too.
 */
async function dieNow(): Promise<void> {
  await giveBackTerminal();
  process.removeAllListeners("SIGINT");
  process.kill(process.pid, "SIGINT");
}

/** What `work` gives, or the signal's reason as soon as it aborts; `work` itself goes on and is left to `abandon`. */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  abandon: (late: T) => Promise<void>,
): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (thrown) {
    // A failure of abandoned work has nobody left to tell: the abort is already being reported.
    if (signal.aborted) work.then(abandon).catch(() => {});
    throw thrown;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
