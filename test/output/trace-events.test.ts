import { buildModel } from "@tracerbench/trace-model";
import { describe, expect, test } from "vitest";
import { TraceEventWriter } from "../../src/output/trace-events.js";
import { isTraced, listenToTrace, type TraceEvent, traceCounter, traceSpan } from "../../src/tracing.js";

const START_MS = 1_795_000_000_000;

const span = (fields: Partial<Extract<TraceEvent, { type: "span" | "work" }>>): TraceEvent => ({
  type: "span",
  processId: 7,
  threadId: 0,
  track: "audio",
  name: "mel",
  startMs: START_MS + 1,
  durationMs: 0.5,
  details: undefined,
  ...fields,
});

test("a document that a library for Chrome's traces reads: processes, threads, spans within spans, counters", () => {
  const writer = new TraceEventWriter(START_MS, 7);
  const counter: TraceEvent = {
    type: "counter",
    processId: 7,
    threadId: 0,
    track: "text",
    name: "lag seconds",
    atMs: START_MS + 3,
    value: 0.2,
  };
  const events: readonly TraceEvent[] = [
    span({}),
    span({ name: "media", startMs: START_MS + 0.5, durationMs: 2, details: { input: '"<a>"\n' } }),
    span({ processId: 8, track: "engine", name: "decode" }),
    span({ threadId: 1, name: "elsewhere" }),
    span({ type: "work", name: "window" }),
    counter,
  ];
  const text = events.map((event) => writer.write(event)).join("") + writer.end();
  const { processes } = buildModel(JSON.parse(text));
  expect(processes.map(({ name, threads }) => [name, threads.map((thread) => thread.name)])).toEqual([
    ["mubbles", expect.arrayContaining(["audio", "text"])],
    ["engine", expect.arrayContaining(["engine"])],
  ]);
  const all = processes.flatMap((each) => each.events);
  const mel = all.find(({ name }) => name === "mel")!;
  expect([mel.start, mel.duration, mel.parent?.name]).toEqual([1000, 500, "media"]);
  expect(all.find(({ name }) => name === "elsewhere")?.tid).not.toBe(mel.tid);
  expect(all.find(({ name }) => name === "media")?.args).toEqual({ input: '"<a>"\n' });
  expect(all.filter(({ name }) => name === "window").map(({ ph }) => ph)).toEqual(["b", "e"]);
  expect(all.find(({ name }) => name === "lag seconds")?.args).toEqual({ "lag seconds": 0.2 });
});

test("a document of nothing is one too", () => {
  expect(JSON.parse(new TraceEventWriter(START_MS, 7).end())).toEqual([]);
});

describe("tracing", () => {
  test("reaches who listens, as long as he does; a counter tells news only", () => {
    const heard: TraceEvent[] = [];
    traceSpan("audio", "before", performance.now());
    const stop = listenToTrace((event) => heard.push(event));
    expect(isTraced()).toBe(true);
    const began = performance.now();
    traceSpan("audio", "mel", began - 5, { frames: 3 }, began);
    for (const value of [1, 1, 2]) traceCounter("text", "test", value);
    stop();
    traceSpan("audio", "after", performance.now());
    expect(isTraced()).toBe(false);
    expect(
      heard.map((event) => [event.name, event.type === "counter" ? event.value : event.durationMs]),
    ).toEqual([
      ["mel", expect.closeTo(5, 6)],
      ["test", 1],
      ["test", 2],
    ]);
    expect(Math.abs((heard[0] as { startMs: number }).startMs - (Date.now() - 5))).toBeLessThan(1000);
  });
});
