/** `mubbles listen`: microphone and loopback at once, as text while people speak. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { Command } from "commander";
import { asMubblesError, EXIT, MubblesError } from "../errors.js";
import type { LiveEvent } from "../live-events.js";
import { requireDevice } from "../model/compute-device.js";
import type { EngineOptions } from "../model/engine.js";
import { previewEngine } from "../pipeline/live/engine-host.js";
import { listen } from "../pipeline/live/listen.js";
import type { ListenOptions } from "../pipeline/live/listen-options.js";
import { LiveSettings } from "../pipeline/live/live-settings.js";
import { newSessionFolder } from "../session/session-folders.js";
import { SessionWriter } from "../session/session-writer.js";
import { withChosenModel } from "./auto-model.js";
import { withDiagnosis } from "./diagnosis.js";
import { diagnosisOptions } from "./diagnosis-flags.js";
import { worseExitCode } from "./exit-code.js";
import { type Interrupt, listenForInterrupt } from "./interrupt.js";
import { declareListenOptions } from "./listen-flags.js";
import { type ListenCommandOptions, readListenOptions } from "./listen-options.js";
import { LiveNotes } from "./live-notes.js";
import { logEvent } from "./log-events.js";
import { LoopDelayMonitor } from "./loop-delay.js";
import { note, reportError, writeError } from "./messages.js";
import { requireModels } from "./models/require-models.js";
import { showEvents } from "./show-events.js";
import { hasScreen, showOnTerminal } from "./show-on-terminal.js";
import { StdoutSink } from "./sinks.js";
import { formatLiveTimings } from "./timings.js";

const EXAMPLES = `
Examples:
  mubbles listen                                            what is said here and what the computer plays
  mubbles listen --mic "USB Microphone" > notes.txt         one microphone
  mubbles listen --loopback --json | jq --unbuffered -r 'select(.type == "final").text'
  mubbles listen --mic file:talk.mp4 --speed max            a recording as if it were spoken now
  mubbles listen --save standup && mubbles file standup --speakers me,them > standup.srt
  arecord -f S16_LE -r 16000 -t raw | mubbles listen --mic - --raw s16le:16000:1

What is heard and said is kept (--no-save: not); \`mubbles sessions list\` shows it, docs/sessions.md says where and how.
Ctrl-C ends the session: what is being said is still made final. A second one leaves at once.
docs/EVENTS.md describes the events of --json.

Exit codes: 0 done, also by Ctrl-C, 1 a bug in mubbles, 2 wrong usage, 3 a file cannot be read or holds no audio,
4 partial: audio is missing from the text, 5 model missing, broken or out of memory, 6 audio device.
`;

export function listenCommand(finish: (exitCode: number) => void): Command {
  const command = new Command("listen")
    .summary("transcribe microphone and loopback while people speak")
    .description("Transcribe what a microphone hears and what an output plays, while it is spoken.")
    .addHelpText("after", EXAMPLES);
  return declareListenOptions(command).action(async (parsed) => {
    const facts = { stdinIsTerminal: process.stdin.isTTY === true, hasScreen: hasScreen() };
    const options = readListenOptions(parsed, facts);
    finish(await withDiagnosis(diagnosisOptions(parsed), () => listenAndShow(options)));
  });
}

async function listenAndShow(options: ListenCommandOptions): Promise<number> {
  await requireDevice(options.listen.engine.device);
  const { language, task } = options.listen.decoding;
  const engine = withChosenModel(options.listen.engine, { language, task, isLive: true }, options);
  keepHeapSmall();
  const interrupt = listenForInterrupt();
  const { format, save, quiet, verbose } = options;
  const how = { ...options.listen, engine };
  if (typeof save === "string") requireNewFolder(save);
  const recorder =
    save === false ? undefined : new SessionWriter(save ?? (await newSessionFolder(new Date())), how);
  const talkative = format !== "screen" && (verbose || (process.stderr.isTTY === true && !quiet));
  if (recorder !== undefined && process.stderr.isTTY === true && !quiet)
    note(`audio and text are kept in ${recorder.folder} (--no-save: nothing is)`);
  if (talkative) note(`loading model ${how.engine.model}`);
  const settings = new LiveSettings(how);
  const loopDelay = new LoopDelayMonitor();
  let timings = "";
  const measure = (event: LiveEvent) => {
    logEvent(event);
    // Its timer would wake the process a hundred times a second.
    if (!verbose) return;
    // Loading the model before may hold the loop: nobody has spoken yet.
    if (event.type === "session") loopDelay.start();
    if (event.type === "end") timings = formatLiveTimings(event, loopDelay.stop());
  };
  const getModels = () => requireModels(modelsOf(how), options, interrupt.signal);
  const events = unlessInterrupted(listen(how, interrupt.signal, settings, recorder), interrupt);
  const show = async () => {
    if (format === "screen") {
      // Before the interface takes the terminal: there may be something to ask.
      await getModels();
      return await showOnTerminal(events, {
        loading: `loading model ${how.engine.model}`,
        quit: interrupt.request,
        signal: interrupt.signal,
        command: (command) => settings.apply(command),
        tell: measure,
        isKept: () => recorder?.isKeeping === true,
      });
    }
    const notes = new LiveNotes({ talkative, quiet });
    const tell = (event: LiveEvent) => {
      notes.tell(event);
      measure(event);
    };
    return await showEvents(after(getModels, events), { ...options, format }, new StdoutSink(), tell);
  };
  let exitCode: number = EXIT.ok;
  try {
    exitCode = await show();
  } finally {
    const closed = await recorder?.close();
    for (const problem of closed?.problems ?? []) {
      reportError(problem);
      exitCode = worseExitCode(exitCode, problem.exitCode);
    }
    // The folder that was kept free for a session that never began.
    if (recorder !== undefined && closed?.isKept === false && save === undefined)
      await rmdir(recorder.folder).catch(() => {});
    if (verbose) writeError(timings);
    if (closed?.isKept && (talkative || format === "screen") && !quiet) note(`session ${recorder?.folder}`);
    interrupt.dispose();
  }
  return exitCode;
}

function modelsOf(options: ListenOptions): EngineOptions[] {
  const preview = previewEngine(options);
  return preview === undefined ? [options.engine] : [options.engine, preview];
}

/** Where the work before fails, so do the events: whoever shows them tells it. */
async function* after(
  work: () => Promise<void>,
  events: AsyncIterable<LiveEvent>,
): AsyncGenerator<LiveEvent> {
  await work();
  yield* events;
}

/** Throws USAGE where something is in it: no session may end up in another. */
function requireNewFolder(folder: string): void {
  if (!existsSync(folder)) return;
  if (statSync(folder).isDirectory() && readdirSync(folder).length === 0) return;
  throw new MubblesError("USAGE", { where: `--save ${folder}`, detail: "expected a new or an empty folder" });
}

/** Ctrl-C is the way to end: before anybody could be heard it ends without an event, and without an error. */
async function* unlessInterrupted(
  events: AsyncIterable<LiveEvent>,
  { signal }: Interrupt,
): AsyncGenerator<LiveEvent> {
  try {
    yield* events;
  } catch (thrown) {
    if (!signal.aborted || asMubblesError(thrown).code !== "INTERRUPTED") throw thrown;
  }
}

/**
 * Each frame of audio leaves some garbage, for hours. V8 would let its young generation grow by 20 to 40 MB before it collects;
 * without growth a collection takes 0.3 ms, about once a second.
 */
function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
