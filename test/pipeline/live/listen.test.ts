import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openMedia } from "../../../src/audio/media.js";
import type { ChannelName, LiveEvent } from "../../../src/live-events.js";
import { listen } from "../../../src/pipeline/live/listen.js";
import { DEFAULT_LISTEN_OPTIONS, type ListenOptions } from "../../../src/pipeline/live/listen-options.js";
import { LiveSettings } from "../../../src/pipeline/live/live-settings.js";
import { noRecorder, type SessionRecorder, type Step } from "../../../src/pipeline/live/session-recorder.js";
import { SAMPLE_RATE_HZ } from "../../../src/units.js";
import { SAMPLE, temporaryFolder, wav } from "../../cli/mubbles.js";

const FIRST_SENTENCE =
  "And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power";
const folder = temporaryFolder();
/** The sample's first sentence and the silence after it; the sentence twice, with a silence between. */
const once = `file:${join(folder, "once.wav")}`;
const twice = `file:${join(folder, "twice.wav")}`;

beforeAll(async () => {
  const sentence = (await samplesOf(SAMPLE)).slice(0, 7.5 * SAMPLE_RATE_HZ);
  const silence = new Int16Array(6 * SAMPLE_RATE_HZ);
  write("once.wav", [sentence, silence.subarray(0, SAMPLE_RATE_HZ)]);
  write("twice.wav", [sentence, silence, sentence]);
});

describe("as fast as text can be made", () => {
  test("both channels are heard, each utterance has one final text, and the same comes out each time", async () => {
    const options = { mic: once, loopback: twice, speed: "max", echoGate: "off" } as const;
    const events = await collect(options);
    expect(events[0]).toMatchObject({
      type: "session",
      atSeconds: 0,
      model: "base",
      policy: "local-agreement",
    });
    expect(events.at(-1)).toMatchObject({ type: "end", reason: "sources-ended", utterances: 3 });
    const finals = ofType(events, "final");
    expect(finals.map(({ channel }) => channel).sort()).toEqual(["loopback", "loopback", "mic"]);
    expect(finals.map(({ utterance }) => utterance).sort()).toEqual([0, 1, 2]);
    for (const { text, words } of finals) {
      expect(text).toContain(FIRST_SENTENCE);
      expect(words.map(({ word }) => word).join("")).toBe(text);
    }
    for (const event of [...ofType(events, "speech"), ...finals]) {
      expect(event.startSeconds).toBeLessThanOrEqual(event.atSeconds);
    }
    expect((await collect(options)).map(withoutCost)).toEqual(events.map(withoutCost));
  });

  test("the engine is released in silence, and back without a word lost", async () => {
    const events = await collect({ mic: twice, speed: "max", unloadAfterSeconds: 2 });
    const states = ofType(events, "status").flatMap((event) => ("engine" in event ? event.engine : []));
    expect(states.filter((state, i) => state !== states[i - 1])).toEqual([
      "ready",
      "released",
      "loading",
      "ready",
    ]);
    const [first, second] = ofType(events, "final");
    expect(second?.text).toBe(first?.text);
    expect(second!.startSeconds - first!.startSeconds).toBeCloseTo(13.5, 0);
  });
});

test("of a paused channel silence is kept; of the loopback only where no microphone may hear it", async () => {
  const both = { mic: once, loopback: once, speed: "max" } as const;
  const paused = async (...channels: ChannelName[]) => {
    const options = { ...DEFAULT_LISTEN_OPTIONS, ...both };
    const settings = new LiveSettings(options);
    for (const channel of channels) settings.apply({ type: "pause", channel, on: true });
    const sounding = new Set<ChannelName>();
    const audio = (channel: ChannelName, frame: Int16Array) => {
      if (frame.some((sample) => sample !== 0)) sounding.add(channel);
    };
    const recorder = { ...noRecorder(), audio };
    let finals = 0;
    for await (const { type } of listen(options, new AbortController().signal, settings, recorder))
      if (type === "final") finals++;
    return { finals, sounding: [...sounding].sort() };
  };
  expect(await paused("loopback", "mic")).toEqual({ finals: 0, sounding: [] });
  expect(await paused("loopback")).toMatchObject({ sounding: ["loopback", "mic"] });
});

test("an engine that dies ends the session, though audio waits for it", async () => {
  const interrupt = new AbortController();
  const events: LiveEvent[] = [];
  const options = { ...DEFAULT_LISTEN_OPTIONS, mic: twice, speed: "max" } as const;
  for await (const event of listen(options, interrupt.signal)) {
    events.push(event);
    if (event.type === "speech" && event.state === "end") killChildren();
  }
  expect(events.at(-1)).toMatchObject({ type: "end", reason: "failed" });
});

describe("in real time", () => {
  test("text is partial, then confirmed, then final; levels come all the time", async () => {
    const steps: Step[] = [];
    const events = await collect({ mic: once }, { ...noRecorder(), step: (step) => steps.push(step) });
    const told = events.flatMap(({ type }) => (/partial|confirmed|final/.test(type) ? type : []));
    expect(told[0]).toBe("partial");
    expect(told.at(-1)).toBe("final");
    expect(told).toContain("confirmed");
    const confirmed = ofType(events, "confirmed");
    for (const [i, { startSeconds }] of confirmed.entries()) {
      expect(startSeconds).toBeGreaterThanOrEqual(confirmed[i - 1]?.startSeconds ?? 0);
    }
    expect(ofType(events, "final")[0]?.text).toContain(FIRST_SENTENCE);
    // Some words are always doubtful.
    const checks = steps.flatMap(({ step, ...of }) => ("task" in of && of.task === "check" ? step : []));
    expect(checks.slice(0, 2)).toEqual(["decode", "decoded"]);
    const levels = ofType(events, "level");
    expect(levels.length).toBeGreaterThan(20);
    expect(Math.max(...levels.map(({ peakDbfs }) => peakDbfs))).toBeGreaterThan(-20);
  });

  test("an interrupt makes final what is being said, and ends", async () => {
    const interrupt = new AbortController();
    const events: LiveEvent[] = [];
    for await (const event of listen({ ...DEFAULT_LISTEN_OPTIONS, mic: once }, interrupt.signal)) {
      events.push(event);
      if (event.type === "level" && event.atSeconds > 3.5) interrupt.abort();
    }
    expect(events.at(-1)).toMatchObject({ type: "end", reason: "interrupted", utterances: 1 });
    const finals = ofType(events, "final");
    expect(finals).toHaveLength(1);
    expect(finals[0]?.text).toMatch(/^ And Mr\. John Dashwood had then leisure/);
  });

  test("whoever stops reading ends the session", async () => {
    for await (const event of listen(
      { ...DEFAULT_LISTEN_OPTIONS, mic: once },
      new AbortController().signal,
    )) {
      if (event.type === "partial") break;
    }
  });
});

test("a device that is missing is an error before the first event", async () => {
  await expect(collect({ mic: once, loopback: "file:missing.wav" })).rejects.toMatchObject({
    code: "INPUT_NOT_FOUND",
  });
});

async function collect(options: Partial<ListenOptions>, recorder?: SessionRecorder): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  const signal = new AbortController().signal;
  const all = { ...DEFAULT_LISTEN_OPTIONS, ...options };
  for await (const event of listen(all, signal, undefined, recorder)) events.push(event);
  return events;
}

/** The engine is a process of its own. */
function killChildren(): void {
  const { stdout } = spawnSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], {
    encoding: "utf8",
  });
  for (const line of stdout.split("\n"))
    if (/engine/.test(line)) process.kill(Number.parseInt(line, 10), "SIGKILL");
}

function ofType<T extends LiveEvent["type"]>(events: readonly LiveEvent[], type: T) {
  return events.filter((event): event is Extract<LiveEvent, { type: T }> => event.type === type);
}

/** What two runs have in common: all but how long things took. */
function withoutCost(event: LiveEvent): object {
  return { ...event, timings: undefined, computeSeconds: undefined, startedAt: undefined };
}

async function samplesOf(path: string): Promise<Int16Array> {
  const media = await openMedia(path, { channel: "mix", signal: new AbortController().signal });
  const samples: number[] = [];
  for await (const chunk of media.audio) samples.push(...(chunk as Float32Array));
  await media.close();
  return Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32_767);
}

function write(name: string, parts: readonly Int16Array[]): void {
  const bytes = parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength));
  writeFileSync(join(folder, name), wav(Buffer.concat(bytes)));
}
