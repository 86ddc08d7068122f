/** A session on disk, as it is read again; wherever its program was ended. docs/sessions.md tells what lies in its folder. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type RecordedChannel, recordedChannels } from "../audio/recorded/recorded-channel.js";
import { AUDIO_FOLDER } from "../audio/recorded/recorded-source.js";
import { MubblesError } from "../errors.js";
import type { EndEvent, FinalEvent, LiveEvent, SessionEvent } from "../live-events.js";
import type { Step } from "../pipeline/live/session-recorder.js";
import { SAMPLE_RATE_HZ } from "../units.js";
import { systemCode } from "../writing.js";
import { parseLiveEvent } from "./parse-event.js";
import { readMeta, type SessionMeta } from "./session-meta.js";
import { stepsOf } from "./step-lines.js";

/** Each event as a line of `mubbles listen --json --levels`. */
export const EVENTS_FILE = "events.jsonl";
export const STEPS_FILE = "steps.jsonl";

export interface RecordedSession {
  readonly folder: string;
  readonly meta: SessionMeta;
  readonly session: SessionEvent;
  /** In the order in which they were emitted. */
  readonly events: readonly LiveEvent[];
  /** undefined: the program was ended before the session was. */
  readonly end: EndEvent | undefined;
  readonly channels: readonly RecordedChannel[];
  /** Of what is there: audio, or events behind it. */
  readonly durationSeconds: number;
}

/** `levels`: also the level events, which are most of a session. Throws INPUT_NOT_FOUND, INPUT_UNREADABLE, INPUT_UNRECOGNISED. */
export async function readSession(
  folder: string,
  { levels = false }: { readonly levels?: boolean } = {},
): Promise<RecordedSession> {
  const lines = await readLines(folder, EVENTS_FILE);
  const wanted = levels ? lines : lines.filter((line) => !line.startsWith('{"type":"level"'));
  const events = wanted.flatMap((line) => parseLiveEvent(line) ?? []);
  const meta = await readMeta(folder);
  const [session] = events;
  if (session?.type !== "session") {
    const detail = "the session ended before anything of it was saved";
    throw new MubblesError("INPUT_UNRECOGNISED", { where: folder, detail });
  }
  const last = events.at(-1)!;
  const channels = await recordedChannels(join(folder, AUDIO_FOLDER));
  const ends = channels.map(({ endSample }) => endSample / SAMPLE_RATE_HZ);
  return {
    folder,
    meta,
    session,
    events,
    end: last.type === "end" ? last : undefined,
    channels,
    durationSeconds: Math.max(last.atSeconds, ...ends),
  };
}

export async function readSteps(folder: string): Promise<Step[]> {
  const steps: Step[] = [];
  for (const line of await readLines(folder, STEPS_FILE)) for (const step of stepsOf(line)) steps.push(step);
  return steps;
}

/** By time of speech; both channels. */
export function finalsOf({ events }: Pick<RecordedSession, "events">): FinalEvent[] {
  const finals = events.filter((event) => event.type === "final");
  return finals.sort((a, b) => a.startSeconds - b.startSeconds);
}

/** Moments that were marked, in seconds of the session. */
export function marksOf({ events }: Pick<RecordedSession, "events">): number[] {
  return events.flatMap((event) =>
    event.type === "status" && event.channel === undefined && event.command?.type === "mark"
      ? [event.atSeconds]
      : [],
  );
}

/** Whole lines: the last may be cut off where a program was killed. */
export async function readLines(folder: string, name: string): Promise<string[]> {
  const path = join(folder, name);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    const code = systemCode(cause) === "ENOENT" ? "INPUT_NOT_FOUND" : "INPUT_UNREADABLE";
    throw new MubblesError(code, { where: path, cause });
  });
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "");
}
