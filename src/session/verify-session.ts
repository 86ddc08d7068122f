/** Runs the pipeline again on what a session kept, and compares what comes out with what was recorded, byte by byte. */

import { FRAME_SAMPLES } from "../audio/capture/virtual/frames.js";
import { fromPcm16 } from "../audio/pcm16.js";
import { firstGap, readRecorded } from "../audio/recorded/recorded-channel.js";
import type { ChannelName, LiveEvent } from "../live-events.js";
import type { Compute } from "../model/compute-type.js";
import { resolveModel } from "../model/model-store.js";
import { liveJsonLine } from "../output/live-json.js";
import { repeatSession } from "../pipeline/live/repeat-session.js";
import type { Step } from "../pipeline/live/session-recorder.js";
import { SAMPLE_RATE_HZ } from "../units.js";
import { packageVersion } from "../version.js";
import { parseLiveEvent } from "./parse-event.js";
import { hashOfModel, platformNow, type SessionMeta } from "./session-meta.js";
import { EVENTS_FILE, type RecordedSession, readLines, readSteps } from "./session-reader.js";

export interface Difference {
  /** Of the event, in events.jsonl; 0 is the first. */
  readonly eventNumber: number;
  /** Line of what was recorded; undefined: nothing. */
  readonly recorded: string | undefined;
  readonly repeated: string | undefined;
  /** The recorded events before it, without levels. */
  readonly before: readonly string[];
  /** The step that it comes from, and the decodes before. */
  readonly steps: readonly Step[];
}

export interface Verification {
  readonly difference: Difference | undefined;
  /** Events that are the same; of those that came from outside there is nothing to compare. */
  readonly same: number;
  readonly outside: number;
  /** What else is not as it was: a difference may come from it. */
  readonly notes: readonly string[];
  /** Recorded events behind the last step or the end of the audio: a program that was killed leaves some. */
  readonly unchecked: number;
}

const CONTEXT_LINES = 4;

/** Stops at the first difference. `onProgress` gets seconds of the session. Throws what listening throws, and the signal's reason. */
export async function verifySession(
  { folder, meta, session, end, channels }: RecordedSession,
  signal: AbortSignal,
  onProgress: (seconds: number) => void,
): Promise<Verification> {
  const lines = await readLines(folder, EVENTS_FILE);
  const steps = await readSteps(folder);
  const { options } = meta;
  const notes = await changesSince(meta);
  const positions = new Map<string, number>();
  const nextFrame = async (name: ChannelName): Promise<Float32Array | undefined> => {
    const channel = channels.find((channel) => channel.name === name);
    const start = positions.get(name) ?? 0;
    const end = Math.min(start + FRAME_SAMPLES, channel?.endSample ?? 0);
    if (channel === undefined || start >= end || firstGap(channel, end) !== undefined) return undefined;
    positions.set(name, end);
    return fromPcm16(await readRecorded(channel, start, end));
  };
  // As many threads add up in the same order, and so to the same numbers.
  const engine = { ...options.engine, threads: session.threads };
  const repeat = { options: { ...options, engine, hasSpectrum: false }, steps, nextFrame };

  const taken: Step[] = [];
  let next = 0;
  let outside = 0;
  const differs = (recorded: string | undefined, repeated: string | undefined): Verification => {
    const before = lines.slice(0, next).filter((line) => !line.startsWith('{"type":"level"'));
    const difference = {
      eventNumber: next,
      recorded,
      repeated,
      before: before.slice(-CONTEXT_LINES),
      steps: taken.filter(({ step }) => step !== "told").slice(-CONTEXT_LINES),
    };
    return { difference, notes, same: next - outside, outside, unchecked: lines.length - next };
  };
  for await (const { step, repeated, events } of repeatSession(repeat, signal)) {
    if (step.step !== "frame" && step.step !== "heard") taken.push(step);
    if (JSON.stringify(repeated) !== JSON.stringify(step))
      return differs(JSON.stringify(step), JSON.stringify(repeated));
    if (step.step === "told" && next < lines.length) {
      next++;
      outside++;
    }
    for (const event of events) {
      const recorded = lines[next];
      if (recorded === undefined) break;
      const line = liveJsonLine(withMeasured(event, parseLiveEvent(recorded))).trimEnd();
      if (line !== recorded) return differs(recorded, line);
      next++;
    }
    // Of what the steps of a killed program would have told, not all was written.
    if (next >= lines.length) break;
    onProgress((positions.get("mic") ?? positions.get("loopback") ?? 0) / SAMPLE_RATE_HZ);
  }
  if (next < lines.length && end !== undefined) return differs(lines[next], undefined);
  return { difference: undefined, notes, same: next - outside, outside, unchecked: lines.length - next };
}

/** Versions, processors and models that are others than those of the session. */
async function changesSince({ versions, platform, model }: SessionMeta): Promise<string[]> {
  const now = await resolveModel(model.name, model.compute as Compute);
  const isOther = model.sha256 !== undefined && model.sha256 !== (await hashOfModel(now.folder));
  return [
    ...(versions.mubbles === packageVersion() ? [] : [`recorded by mubbles ${versions.mubbles}`]),
    ...(platform === platformNow() ? [] : [`recorded on ${platform}`]),
    ...(isOther ? [`the weights of ${model.name} are not those of the session`] : []),
  ];
}

/** What was measured then stands for what is measured now: times, and how the machine kept up. */
function withMeasured(event: LiveEvent, recorded: LiveEvent | undefined): LiveEvent {
  const atSeconds = recorded?.atSeconds ?? event.atSeconds;
  if (event.type === "final" && recorded?.type === "final") {
    return { ...event, atSeconds, computeSeconds: recorded.computeSeconds };
  }
  if (event.type === "status" && recorded?.type === "status" && "engine" in event && "engine" in recorded) {
    const { engine, load, lagSeconds, droppedSeconds } = recorded;
    const { loadSeconds, melSeconds, vadSeconds, encodeSeconds, decodeSeconds } = recorded.timings;
    const timings = {
      ...event.timings,
      loadSeconds,
      melSeconds,
      vadSeconds,
      encodeSeconds,
      decodeSeconds,
    };
    return { ...event, atSeconds, engine, load, lagSeconds, droppedSeconds, timings };
  }
  return { ...event, atSeconds };
}
