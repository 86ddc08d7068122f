/** `mubbles replay SESSION`: what happened, again; and whether the pipeline would do it again. */
import { Command, Option } from "commander";
import { EXIT, MubblesError } from "../errors.js";
import type { LiveEvent } from "../live-events.js";
import { ReplayPace } from "../session/replay-pace.js";
import { replaySession } from "../session/replay-session.js";
import { findSession } from "../session/session-folders.js";
import { readSession } from "../session/session-reader.js";
import { type Interrupt, listenForInterrupt } from "./interrupt.js";
import { speedOption } from "./listen-flags.js";
import { clockOption } from "./quantity-options.js";
import { showEvents } from "./show-events.js";
import { hasScreen, showOnTerminal } from "./show-on-terminal.js";
import { StdoutSink } from "./sinks.js";
import { verifyAndTell } from "./verify-and-tell.js";

const EXAMPLES = `
Examples:
  mubbles replay last                          in the interface: space stops it, . goes on by one event
  mubbles replay last --from 01:00:00 --speed 4
  mubbles replay last --json --speed max       all events at once
  mubbles replay --verify last                 run the pipeline again, and compare the events byte by byte

SESSION is a name that \`mubbles sessions list\` shows or its beginning, the path of a folder, or last.
A replay shows what was recorded and decodes nothing. --verify needs the model that was used; it takes the recorded decisions of the
scheduler and of the user and the recorded times, and everything else has to come out the same.

Exit codes: 0 done, 1 --verify found a difference, 2 wrong usage, 3 no such session, 5 model missing or broken.
`;

interface ReplayOptions {
  verify?: true;
  json?: true;
  plain?: true;
  levels?: true;
  speed: number | "max";
  from: number;
}

export function replayCommand(finish: (exitCode: number) => void): Command {
  return new Command("replay")
    .summary("show a recorded session again, or verify it")
    .description("Show what happened in a recorded session, or find out whether it would happen again.")
    .argument("<session>")
    .option("--verify", "run the pipeline again with the recorded decisions, and compare the events")
    .option("--json", "every event as a line of JSON (docs/EVENTS.md)")
    .option("--plain", "final text as lines with time and channel; the default where there is no terminal")
    .option("--levels", "with --json: level events too")
    .addOption(
      new Option("--speed <n>", "1 is as it was, 2 twice as fast, max without waiting")
        .default(1)
        .argParser(speedOption),
    )
    .addOption(
      new Option("--from <time>", "begin there, for example 90 or 01:00:00; text from before comes at once")
        .default(0)
        .argParser(clockOption("--from")),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (name: string, options: ReplayOptions) => {
      checkOptions(options);
      const folder = await findSession(name);
      finish(options.verify ? await verifyAndTell(folder) : await replay(folder, options));
    });
}

function checkOptions({ json, plain, levels, verify }: ReplayOptions): void {
  const refuse = (where: string, detail: string) => {
    throw new MubblesError("USAGE", { where, detail });
  };
  if (json && plain) refuse("--json", "contradicts --plain; give one of them");
  if (levels && !json) refuse("--levels", "it needs --json");
  if (verify && (json || plain)) refuse("--verify", "it shows no events");
}

async function replay(folder: string, { json, plain, levels, speed, from }: ReplayOptions): Promise<number> {
  const interrupt = listenForInterrupt();
  try {
    const isOnScreen = !json && !plain && hasScreen();
    const session = await readSession(folder, { levels: isOnScreen || levels === true });
    const pace = new ReplayPace(from, speed === "max" ? Number.POSITIVE_INFINITY : speed);
    const options = { fromSeconds: from, pace, hasSpectrum: isOnScreen };
    const events = replaySession(session, options, interrupt.signal);
    if (isOnScreen) await showOnScreen(events, pace, speed, interrupt);
    else {
      const how = { format: json ? "json" : "plain", levels: levels ?? false } as const;
      await showEvents(events, how, new StdoutSink(), () => {});
    }
    // What went wrong then is no failure of showing it.
    return EXIT.ok;
  } finally {
    interrupt.dispose();
  }
}

async function showOnScreen(
  events: AsyncIterable<LiveEvent>,
  pace: ReplayPace,
  speed: number | "max",
  { signal, request }: Interrupt,
): Promise<void> {
  await showOnTerminal(events, {
    loading: "reading the session",
    quit: request,
    signal,
    command: () => {},
    tell: () => {},
    isKept: () => true,
    replay: {
      speed: speed === "max" ? Number.POSITIVE_INFINITY : speed,
      obey: (command) => pace.obey(command),
    },
  });
}
