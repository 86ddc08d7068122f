/** The PulseAudio backend with a real server. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AudioDevice, CaptureBackend } from "../../../src/audio/capture/backend.js";
import { pulseBackend } from "../../../src/audio/capture/pulse/pulse-backend.js";
import { missing } from "../../needs.js";
import { PulseServer } from "../../pulse-server.js";
import { recordUntil } from "./heard.js";
import { expectEachItsOwn } from "./two-recordings.js";

describe.skipIf(missing("pulseaudio"))("pulse", () => {
  let server: PulseServer;
  let backend: CaptureBackend;

  beforeAll(async () => {
    server = await PulseServer.start();
    backend = pulseBackend(server.env);
  });

  afterAll(() => server.stop());

  async function device(id: string): Promise<AudioDevice> {
    return (await backend.devices()).find((each) => each.id === id)!;
  }

  test("lists inputs and the loopback of each output, with the defaults", async () => {
    const devices = await backend.devices();
    const facts = { backend: "pulse", aliases: [] };
    expect(devices).toEqual(
      expect.arrayContaining([
        {
          ...facts,
          id: "mic",
          name: "Microphone",
          kind: "microphone",
          isDefault: true,
          channels: 1,
          sampleRateHz: 44100,
        },
        {
          ...facts,
          id: "speakers.monitor",
          name: "Speakers",
          aliases: ["speakers", "Monitor of Speakers"],
          kind: "loopback",
          isDefault: true,
          channels: 2,
          sampleRateHz: 48000,
        },
      ]),
    );
    expect(devices.filter(({ isDefault }) => isDefault)).toHaveLength(2);
  });

  test("records microphone and loopback at once, each its own", async () => {
    const devices = { mic: await device("mic"), loopback: await device("speakers.monitor") };
    await expectEachItsOwn(server, backend, devices);
  });

  test("records the device that was asked for or none", async () => {
    const mic = await device("mic");
    // The server takes this for a name of its default, which happens to be the very device.
    await expect(backend.open({ ...mic, id: "@DEFAULT_SOURCE@" })).rejects.toMatchObject({
      code: "DEVICE_WRONG",
    });
    await expect(backend.open({ ...mic, id: "nobody" })).rejects.toMatchObject({ code: "DEVICE_LOST" });
  });

  test("stays with its device when the server is told to move it", async () => {
    const loopback = await backend.open(await device("speakers.monitor"));
    const outputs = server.pactl("list", "short", "source-outputs").trim().split("\n");
    const index = outputs.at(-1)!.split("\t")[0]!;
    expect(() => server.pactl("move-source-output", index, "mic")).toThrow();
    const samples = await recordUntil(loopback, Promise.resolve());
    expect(samples.length).toBeGreaterThan(0);
    await loopback.close();
  });

  test("says so where no server is", async () => {
    const nowhere = pulseBackend({ ...server.env, PULSE_SERVER: "unix:/nowhere/native" });
    await expect(nowhere.devices()).rejects.toMatchObject({ code: "DEVICE_BACKEND_UNAVAILABLE" });
  });
});
