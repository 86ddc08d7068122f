/** `mubbles replay SESSION`: what happened, again; and whether the pipeline would do it again. */
import { Command } from "commander";
import { EXIT } from "../errors.js";
import { formatClock } from "../output/clock.js";
import { findSession } from "../session/session-folders.js";
import { readSession } from "../session/session-reader.js";
import { type Difference, verifySession } from "../session/verify-session.js";
import { listenForInterrupt } from "./interrupt.js";
import { note } from "./messages.js";
import { createSpinner } from "./progress.js";
import { StdoutSink } from "./sinks.js";

export function replayCommand(finish: (exitCode: number) => void): Command {
  return new Command("replay")
    .argument("<session>")
    .option(
      "--verify",
      "run the pipeline again with the recorded decisions, and compare the events byte by byte",
    )
    .action(async (name: string) => {
      finish(await verify(await findSession(name)));
    });
}

async function verify(folder: string): Promise<number> {
  const interrupt = listenForInterrupt();
  const spinner = createSpinner()?.start(`verifying ${folder}`);
  try {
    const session = await readSession(folder);
    const result = await verifySession(session, interrupt.signal, (seconds) => {
      if (spinner !== undefined) spinner.text = `verifying ${folder} · ${formatClock(seconds)}`;
    });
    spinner?.stop();
    const { difference, same, outside, unchecked } = result;
    const counts = `${same} events are the same, ${outside} came from outside`;
    const rest = unchecked > 0 ? `, ${unchecked} at the end cannot be checked: the session was cut off` : "";
    if (difference === undefined) {
      await new StdoutSink().write(`${folder}: ${counts}${rest}\n`);
      return EXIT.ok;
    }
    await new StdoutSink().write(describe(difference));
    note(`${folder}: differs after ${same} events`);
    return EXIT.bug;
  } finally {
    spinner?.stop();
    interrupt.dispose();
  }
}

function describe({ eventNumber, recorded, repeated, before, steps }: Difference): string {
  return [
    `first difference: event ${eventNumber}`,
    ...before.map((line) => `    ${line}`),
    `  - ${recorded ?? "nothing"}`,
    `  + ${repeated ?? "nothing"}`,
    "steps that led there:",
    ...steps.map((step) => `    ${JSON.stringify(step)}`),
    "",
  ].join("\n");
}
