/** `mubbles replay --verify`: progress, and the first difference with what led to it. */
import { EXIT } from "../errors.js";
import { formatClock } from "../output/clock.js";
import { readSession } from "../session/session-reader.js";
import { type Difference, type Verification, verifySession } from "../session/verify-session.js";
import { listenForInterrupt } from "./interrupt.js";
import { note } from "./messages.js";
import { createSpinner } from "./progress.js";
import { StdoutSink } from "./sinks.js";

/** The exit code: 1 where something differs, which is a bug or another version, model or machine. */
export async function verifyAndTell(folder: string): Promise<number> {
  const interrupt = listenForInterrupt();
  const spinner = createSpinner()?.start(`verifying ${folder}`);
  try {
    const session = await readSession(folder);
    const verification = await verifySession(session, interrupt.signal, (seconds) => {
      if (spinner !== undefined) spinner.text = `verifying ${folder} · ${formatClock(seconds)}`;
    });
    spinner?.stop();
    for (const text of verification.notes) note(text);
    const { difference } = verification;
    const text = difference === undefined ? resultOf(verification) : differenceOf(difference);
    await new StdoutSink().write(text);
    return difference === undefined ? EXIT.ok : EXIT.bug;
  } finally {
    spinner?.stop();
    interrupt.dispose();
  }
}

function resultOf({ same, outside, unchecked }: Verification): string {
  const rest =
    unchecked > 0 ? `; ${unchecked} at the end, where it was cut off, have nothing to compare` : "";
  return `${same} events are the same, ${outside} came from outside${rest}\n`;
}

function differenceOf({ eventNumber, recorded, repeated, before, steps }: Difference): string {
  return [
    `event ${eventNumber} differs; - is what was recorded, + what comes out now:`,
    ...before.map((line) => `    ${line}`),
    `  - ${recorded ?? "nothing"}`,
    `  + ${repeated ?? "nothing"}`,
    "the last steps:",
    ...steps.map((step) => `    ${JSON.stringify(step)}`),
    "",
  ].join("\n");
}
