/** What was said, from a recorded session or a file of JSON. */
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { MubblesError } from "../errors.js";
import type { ChannelName } from "../live-events.js";
import { liveSegments } from "../output/live-document.js";
import { hideNoise } from "../output/noise.js";
import { parseJsonTranscript } from "../output/parse-json.js";
import { findSession } from "../session/session-folders.js";
import { finalsOf, type RecordedSession, readSession } from "../session/session-reader.js";
import type { Segment } from "../transcript.js";

export interface Transcript {
  /** For people. */
  readonly title: string;
  readonly segments: readonly Segment[];
}

/** A session's name, the beginning of one or its folder; or the path of a JSON file. INPUT_NOT_FOUND, TRANSCRIPT_UNREADABLE … */
export async function loadTranscript(name: string, speakers: readonly string[]): Promise<Transcript> {
  if (!existsSync(name) || statSync(name).isDirectory()) {
    const session = await readSession(await findSession(name));
    return { title: basename(session.folder), segments: sessionSegments(session, speakers) };
  }
  if (speakers.length > 0)
    throw new MubblesError("USAGE", { where: "--speakers", detail: "only of a session's two channels" });
  const text = await readFile(name, "utf8").catch((cause: unknown) => {
    throw new MubblesError("INPUT_UNREADABLE", { where: name, cause });
  });
  return { title: basename(name), segments: withoutNoise(parseJsonTranscript(text, name)) };
}

/** Final text of a session with its speakers' names, by time; `speakers`: of mic and loopback. USAGE for more than two. */
export function sessionSegments(
  session: Pick<RecordedSession, "events">,
  speakers: readonly string[],
): Segment[] {
  return withoutNoise(liveSegments(finalsOf(session), channelNames(speakers)));
}

/** USAGE for more than two. */
export function channelNames([mic = "mic", loopback = "loopback", ...others]: readonly string[]): Record<
  ChannelName,
  string
> {
  if (others.length > 0)
    throw new MubblesError("USAGE", { where: "--speakers", detail: "a session has two channels" });
  return { mic, loopback };
}

function withoutNoise(segments: readonly Segment[]): Segment[] {
  return segments.flatMap((segment) => hideNoise(segment) ?? []);
}
