/**
 * What takes how long, for whoever listens: spans of time on named tracks, and counters. While nobody does, each costs a look at a flag.
 * Node's diagnostics channels carry it, so that no stage has to be handed anything.
 */
import { channel } from "node:diagnostics_channel";
import { threadId } from "node:worker_threads";

/** Where spans of one kind of work stand below one another: they follow each other or lie within each other, and never overlap otherwise. */
export type TraceTrack = "session" | "audio" | "mic" | "loopback" | "text" | "output" | "engine" | "encoder";

interface TraceOrigin {
  readonly processId: number;
  readonly threadId: number;
  readonly track: TraceTrack;
  readonly name: string;
}

/**
 * Times are milliseconds since 1970, so that those of several processes and threads agree. "work" is a span that others of its track may
 * overlap: what is asked of somebody who does several things at once.
 */
export type TraceEvent =
  | (TraceOrigin & {
      readonly type: "span" | "work";
      readonly startMs: number;
      readonly durationMs: number;
      readonly details: TraceDetails | undefined;
    })
  | (TraceOrigin & { readonly type: "counter"; readonly atMs: number; readonly value: number });

export type TraceDetails = Readonly<Record<string, string | number | boolean | undefined>>;

const events = channel("mubbles:trace");
/** By name: what a counter was set to last. */
const lastValues = new Map<string, number>();

export function isTraced(): boolean {
  return events.hasSubscribers;
}

/** A span that ends now, or did where `endMs` says. Both by performance.now(). */
export function traceSpan(
  track: TraceTrack,
  name: string,
  beganMs: number,
  details?: TraceDetails,
  endMs = performance.now(),
): void {
  if (events.hasSubscribers) publishSpan("span", { track, name, details }, beganMs, endMs);
}

/** The same of work that overlaps other work of its track. */
export function traceWork(track: TraceTrack, name: string, beganMs: number, details?: TraceDetails): void {
  if (events.hasSubscribers) publishSpan("work", { track, name, details }, beganMs, performance.now());
}

/** A counter has another value now; the same one again is not told. */
export function traceCounter(track: TraceTrack, name: string, value: number): void {
  if (!events.hasSubscribers || lastValues.get(name) === value) return;
  lastValues.set(name, value);
  const atMs = performance.timeOrigin + performance.now();
  publish({ type: "counter", processId: process.pid, threadId, track, name, atMs, value });
}

/** Told of every event from now on, until the function that this gives is called. */
export function listenToTrace(listener: (event: TraceEvent) => void): () => void {
  const heard = (event: unknown) => listener(event as TraceEvent);
  events.subscribe(heard);
  return () => events.unsubscribe(heard);
}

/** Events of another thread or process. */
export function publishTrace(theirs: readonly TraceEvent[]): void {
  for (const event of theirs) publish(event);
}

/**
 * In a thread or process whose listener is elsewhere: collects its events. They are sent `batch` at a time, and with each `flush`; without
 * `send` they wait to be taken.
 */
export function collectTrace(
  batch = Number.POSITIVE_INFINITY,
  send: (events: readonly TraceEvent[]) => void = () => {},
): { take(): readonly TraceEvent[]; flush(): void } {
  const collected: TraceEvent[] = [];
  const take = () => collected.splice(0);
  const flush = () => {
    if (collected.length > 0) send(take());
  };
  listenToTrace((event) => {
    if (collected.push(event) >= batch) flush();
  });
  return { take, flush };
}

function publishSpan(
  type: "span" | "work",
  what: Pick<Extract<TraceEvent, { details: unknown }>, "track" | "name" | "details">,
  beganMs: number,
  endMs: number,
): void {
  const startMs = performance.timeOrigin + beganMs;
  publish({ type, processId: process.pid, threadId, ...what, startMs, durationMs: endMs - beganMs });
}

function publish(event: TraceEvent): void {
  events.publish(event);
}
