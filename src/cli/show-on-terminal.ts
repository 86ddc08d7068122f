/** The events of a session in the interface, and what is left of it when it closes: the text on the terminal's own screen. */
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBackend } from "../audio/capture/backends.js";
import { asMubblesError, EXIT } from "../errors.js";
import type { ChannelName, EndEvent, FinalEvent, LiveCommand, LiveEvent } from "../live-events.js";
import { LANGUAGES } from "../model/languages.js";
import type { OutputFormat } from "../output/formats.js";
import { liveDocument } from "../output/live-document.js";
import { livePlainLine } from "../output/live-plain.js";
import type { InterfaceHooks } from "../tui/open-interface.js";
import { exitCodeOf } from "./event-exit-code.js";
import { worseExitCode } from "./exit-code.js";
import { note, type Problem, reportError } from "./messages.js";
import { FileSink } from "./sinks.js";
import { guardTerminal } from "./terminal-guard.js";

interface TerminalOptions {
  /** What is done before the first event, for people. */
  readonly loading: string;
  /** Asks for the end: `signal` aborts; a second time it comes at once. */
  readonly quit: () => void;
  readonly signal: AbortSignal;
  readonly command: (command: LiveCommand) => void;
  /** Of what happened before: asked of its time. */
  readonly replay?: InterfaceHooks["replay"];
  /** Sees every event first. */
  readonly tell: (event: LiveEvent) => void;
  /** Whether a session on the disk holds all the text. */
  readonly isKept: () => boolean;
}

/** Whether there is a terminal to draw on, and nobody who would rather have lines. */
export function hasScreen(): boolean {
  const { TERM, NO_COLOR, CI } = process.env;
  const isPlain = TERM === "dumb" || (NO_COLOR ?? "") !== "" || (CI ?? "false") !== "false";
  return process.stdout.isTTY === true && process.stdin.isTTY === true && !isPlain;
}

export async function showOnTerminal(
  events: AsyncIterable<LiveEvent>,
  options: TerminalOptions,
): Promise<number> {
  // Whatever the shell says: React's development build is several times slower, keeps what it should forget, and does not go with the
  // production build of Ink that src/tui/ink.ts has.
  process.env.NODE_ENV = "production";
  const { openInterface } = await import("../tui/open-interface.js");
  const finals: FinalEvent[] = [];
  const problems: Problem[] = [];
  let exitCode: number = EXIT.ok;
  let reason: EndEvent["reason"] | undefined;
  const screen = openInterface({
    languages: Object.entries(LANGUAGES).map(([code, name]) => ({ code, name })),
    command: options.command,
    devices: devicesOf,
    save: (format) => saveText(finals, format as OutputFormat),
    replay: options.replay,
    quit: options.quit,
    failed: (error) => {
      note("the interface has failed; what is being said is still finished");
      problems.push(asMubblesError(error));
      exitCode = EXIT.bug;
      options.quit();
    },
  });
  screen.loading({ what: options.loading });
  const leave = async () => {
    screen.close();
    await leaveText(finals, options.isKept());
    for (const problem of problems.splice(0)) reportError(problem);
  };
  const release = guardTerminal(leave);
  try {
    for await (const event of events) {
      options.tell(event);
      screen.tell(event);
      exitCode = worseExitCode(exitCode, exitCodeOf(event));
      if (event.type === "final") finals.push(event);
      if (event.type === "error") problems.push(event);
      if (event.type === "end") reason = event.reason;
    }
    // Recordings and replays end by themselves: their text can still be read and saved.
    if (reason === "sources-ended" || options.replay !== undefined) await aborted(options.signal);
  } finally {
    release();
    await leave();
  }
  return exitCode;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

/** The whole conversation on the terminal's own screen; where the terminal has gone and the text would be lost, into a file. */
async function leaveText(finals: FinalEvent[], isKept: boolean): Promise<void> {
  if (finals.length === 0) return;
  // Taken out: it is left once, however many ways lead to the end.
  const inOrder = finals.splice(0).toSorted((a, b) => a.startSeconds - b.startSeconds);
  const written = await new Promise<boolean>((resolve) => {
    process.stdout.write(inOrder.map(livePlainLine).join(""), (error) => resolve(error == null));
  });
  if (!written && !isKept) await saveText(inOrder, "txt");
}

/** Into the current folder, or where that cannot be written the folder for temporary files. Returns the path. */
async function saveText(finals: readonly FinalEvent[], format: OutputFormat): Promise<string> {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const name = `mubbles-${time}.${format}`;
  const document = liveDocument(finals, format);
  try {
    return await writeDocument(name, document);
  } catch {
    // A folder of one's own: others can write beside it, and must neither read this nor lead it elsewhere.
    return await writeDocument(join(await mkdtemp(join(tmpdir(), "mubbles-")), name), document);
  }
}

async function writeDocument(path: string, document: string): Promise<string> {
  const file = new FileSink(path);
  await file.write(document);
  await file.close();
  return path;
}

async function devicesOf(channel: ChannelName): Promise<{ id: string; name: string }[]> {
  const devices = await (await findBackend()).devices();
  const kind = channel === "mic" ? "microphone" : "loopback";
  return devices.filter((device) => device.kind === kind).map(({ id, name }) => ({ id, name }));
}
