/** The PortAudio backend: its list from made-up devices, and recording through ALSA's plugin for a real PulseAudio server. */

import { execFileSync } from "node:child_process";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { AudioDevice, CaptureBackend } from "../../../src/audio/capture/backend.js";
import { findBackend } from "../../../src/audio/capture/backends.js";
import { inputsOf } from "../../../src/audio/capture/port-audio/inputs.js";
import { openReopening } from "../../../src/audio/capture/reopening.js";
import { missing } from "../../needs.js";
import { PulseServer } from "../../pulse-server.js";
import { expectEachItsOwn } from "./two-recordings.js";

/** A stall is seen after 5 s, a retry comes after at most 2 s. */
const SOON = { timeout: 20_000 };

const needed = missing("pulseaudio") || missing("naudiodon");

describe.skipIf(needed)("naudiodon", () => {
  let server: PulseServer;
  let backend: CaptureBackend;
  let leave = new AbortController();

  beforeAll(async () => {
    server = await PulseServer.start();
    backend = await findBackend({
      platform: "linux",
      env: { ...server.env, MUBBLES_AUDIO_BACKEND: "naudiodon" },
    });
  });

  afterEach(() => leave.abort());
  afterAll(() => server.stop());

  async function device(id: string): Promise<AudioDevice> {
    return (await backend.devices()).find((each) => each.id === id)!;
  }

  /** Opens, and reads for as long as the test goes on. */
  async function listen(name: string): Promise<string[]> {
    leave = new AbortController();
    const notices: string[] = [];
    const stream = await openReopening({
      backend,
      request: { kind: "microphone", name },
      signal: leave.signal,
      onNotice: (notice) => notices.push(notice.type === "capture" ? notice.state : notice.error.code),
    });
    let packets = 0;
    void (async () => {
      for await (const _ of stream.packets) packets++;
    })();
    await vi.waitUntil(() => packets > 0, SOON);
    return notices;
  }

  test("records two inputs at once, each its own", async () => {
    const devices = { mic: await device("mubbles_mic"), loopback: await device("mubbles_loopback") };
    await expectEachItsOwn(server, backend, devices);
  });

  test("loses the device when its process crashes, and finds it again", async () => {
    const notices = await listen("mubbles_mic");
    execFileSync("pkill", ["-KILL", "-P", String(process.pid), "-f", "capture-child"]);
    await vi.waitUntil(() => notices.includes("recovered"), SOON);
    expect(notices).toEqual(["open", "lost", "DEVICE_LOST", "recovered"]);
  });

  test("survives the server killed and started again", async () => {
    const notices = await listen("mubbles_mic");
    await server.kill();
    await vi.waitUntil(() => notices.includes("DEVICE_STALLED"), SOON);
    await server.start();
    await vi.waitUntil(() => notices.includes("recovered"), SOON);
    // PortAudio does not see that the server is gone, only that nothing comes.
    expect(notices.slice(0, 3)).toEqual(["open", "stalled", "DEVICE_STALLED"]);
  });

  test("opens what was asked for or nothing", async () => {
    const mic = await device("mubbles_mic");
    await expect(backend.open({ ...mic, id: "nobody" })).rejects.toMatchObject({ code: "DEVICE_LOST" });
  });
});

describe("the inputs of PortAudio's list", () => {
  const hosts = {
    defaultHostAPI: 0,
    HostAPIs: [
      { name: "MME", type: "MME", defaultInput: 0 },
      { name: "Windows WASAPI", type: "WASAPI", defaultInput: 4 },
    ],
  };
  const listed = [
    ["Microphone (Realtek High Definiti", 2, "MME"],
    ["Speakers (Realtek(R) Audio)", 0, "Windows WASAPI"],
    ["Microphone (USB Audio)", 1, "Windows WASAPI"],
    ["Microphone (USB Audio)", 32, "Windows WASAPI"],
    ["Microphone (Realtek(R) Audio)", 2, "Windows WASAPI"],
  ].map(([name, maxInputChannels, hostAPIName], id) => ({
    id,
    name: name as string,
    maxInputChannels: maxInputChannels as number,
    hostAPIName: hostAPIName as string,
    defaultSampleRate: 48_000,
  }));

  test("are those of one host API, each with an id of its own", () => {
    const facts = { aliases: [], kind: "microphone", sampleRateHz: 48_000 };
    const usb = "Microphone (USB Audio)";
    const realtek = "Microphone (Realtek(R) Audio)";
    expect(inputsOf(listed, hosts)).toEqual([
      { index: 2, device: { ...facts, id: usb, name: usb, channels: 1, isDefault: false } },
      { index: 3, device: { ...facts, id: `${usb} #2`, name: usb, channels: 2, isDefault: false } },
      { index: 4, device: { ...facts, id: realtek, name: realtek, channels: 2, isDefault: true } },
    ]);
  });

  test("are none where PortAudio has no host API", () => {
    expect(inputsOf([], { defaultHostAPI: -1, HostAPIs: [] })).toEqual([]);
  });
});
