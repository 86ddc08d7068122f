/** `mubbles listen` on real devices: a sound server plays, both backends hear, and neither device nor server has to stay. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../needs.js";
import { PulseServer } from "../pulse-server.js";
import { textOf } from "./listening.js";
import { LiveSession } from "./live-session.js";
import { fixture, ROOT } from "./mubbles.js";
import { wordErrorRate } from "./words.js";

const [LONG_TEXT = "", SHORT_TEXT = ""] = readFileSync(join(ROOT, "samples/austen.txt"), "utf8").split("\n");
const LONG = fixture("austen-0870.wav");
const SHORT = fixture("speech.wav");
const SPEAKERS = ["sink_name=speakers", "rate=48000", "channels=2"];

const needed = missing("pulseaudio") || missing("naudiodon");

describe.skipIf(needed).each([
  { backend: "pulse", mic: "mic", loopback: "speakers.monitor", whenServerDies: "lost" },
  // PortAudio does not tell that the server is gone, only nothing comes.
  { backend: "naudiodon", mic: "mubbles_mic", loopback: "mubbles_loopback", whenServerDies: "stalled" },
])("$backend", ({ backend, mic, loopback, whenServerDies }) => {
  let server: PulseServer;
  let session: LiveSession;

  beforeAll(async () => {
    server = await PulseServer.start();
  });

  afterEach(() => session.kill());
  afterAll(() => server.stop());

  function listen(...args: string[]): Promise<LiveSession> {
    const devices = ["--mic", mic, "--loopback", loopback];
    return LiveSession.start([...devices, ...args], { ...server.env, MUBBLES_AUDIO_BACKEND: backend });
  }

  /** Plays on both channels at once; resolves when both have their final texts. */
  async function speak(): Promise<void> {
    const from = session.events.length;
    await Promise.all([server.play(SHORT, "room"), server.play(LONG, "speakers")]);
    for (const [channel, text] of [
      ["mic", SHORT_TEXT],
      ["loopback", LONG_TEXT],
    ] as const) {
      await session.until((event) => event.type === "final" && event.channel === channel, { from });
      expect(wordErrorRate(text, textOf(session.events.slice(from), "final", channel))).toBeLessThan(0.15);
    }
  }

  async function untilCapture(channel: string, capture: string): Promise<void> {
    await session.until((event) => event.channel === channel && event.capture === capture);
  }

  /** Ctrl-C: nothing crashed. */
  async function end(): Promise<void> {
    const { exitCode } = await session.interrupt();
    expect(session.events.at(-1)).toMatchObject({ type: "end", reason: "interrupted" });
    expect(session.events.filter(({ type }) => type === "error")).toEqual([]);
    expect(exitCode).toBe(0);
  }

  test("two clips at once, each in its column", async () => {
    session = await listen();
    expect(session.events[0]).toMatchObject({
      channels: [
        { channel: "loopback", backend },
        { channel: "mic", backend },
      ],
    });
    await speak();
    await end();
  });

  // PulseAudio moves recordings of ALSA programs to its default source, and they cannot know it (docs/devices.md).
  if (backend === "pulse")
    test("the output is removed and comes back: told, and heard again", async () => {
      session = await listen();
      const modules = server.pactl("list", "short", "modules").split("\n");
      const speakers = modules.find((line) => line.includes("sink_name=speakers"))!;
      server.pactl("unload-module", speakers.split("\t")[0]!);
      await untilCapture("loopback", "lost");
      server.add("module-null-sink", ...SPEAKERS);
      await untilCapture("loopback", "recovered");
      await speak();
      await end();
      expect(session.events.filter(({ channel, capture }) => channel === "mic" && capture)).toEqual([]);
    });

  test("the server is killed and started again: told, and heard again", async () => {
    session = await listen();
    await server.kill();
    for (const channel of ["mic", "loopback"]) await untilCapture(channel, whenServerDies);
    await server.start();
    for (const channel of ["mic", "loopback"]) await untilCapture(channel, "recovered");
    await speak();
    await end();
  });
});
