/** Which backends are used where, and several as one. */
import { describe, expect, test } from "vitest";
import type { AudioDevice, CaptureBackend } from "../../../src/audio/capture/backend.js";
import { findBackend } from "../../../src/audio/capture/backends.js";
import { combinedBackend } from "../../../src/audio/capture/combined-backend.js";
import { MubblesError } from "../../../src/errors.js";

const NO_SERVER = {
  PATH: process.env.PATH,
  PULSE_SERVER: "unix:/nowhere/native",
  ALSA_CONFIG_PATH: "/dev/null",
};

describe("where nothing can be listened to", () => {
  test("Linux says what PulseAudio said", async () => {
    await expect(findBackend({ platform: "linux", env: NO_SERVER })).rejects.toMatchObject({
      code: "DEVICE_BACKEND_UNAVAILABLE",
      message: expect.stringContaining("/nowhere/native"),
    });
  });

  test("a library that is not installed is named", async () => {
    const env = { ...NO_SERVER, MUBBLES_AUDIO_BACKEND: "wasapi-loopback" };
    await expect(findBackend({ platform: "win32", env })).rejects.toMatchObject({
      code: "DEVICE_BACKEND_UNAVAILABLE",
      message: expect.stringContaining("audify"),
    });
  });

  test("a backend that there is not is wrong usage", async () => {
    await expect(
      findBackend({ platform: "linux", env: { MUBBLES_AUDIO_BACKEND: "jack" } }),
    ).rejects.toMatchObject({ code: "USAGE", message: expect.stringContaining("pulse, naudiodon") });
  });
});

describe("several backends as one", () => {
  const unavailable = new MubblesError("DEVICE_BACKEND_UNAVAILABLE", { where: "third" });
  const inputs = backend("first", "mic");
  const loopbacks = backend("second", "speakers");
  const missing: CaptureBackend = { ...backend("third", ""), devices: () => Promise.reject(unavailable) };

  test("list the devices of all that are available", async () => {
    const devices = await combinedBackend("all", [inputs, missing, loopbacks]).devices();
    expect(devices.map(({ id }) => id)).toEqual(["mic", "speakers"]);
  });

  test("open a device with the backend that it is of", async () => {
    const all = combinedBackend("all", [inputs, loopbacks]);
    const [, speakers] = await all.devices();
    expect((await all.open(speakers!)).device).toBe(speakers);
    await expect(all.open({ ...speakers!, backend: "third" })).rejects.toMatchObject({ code: "DEVICE_LOST" });
  });

  test("fail as the first does where none is available", async () => {
    await expect(combinedBackend("all", [missing]).devices()).rejects.toBe(unavailable);
  });
});

function backend(name: string, id: string): CaptureBackend {
  const device: AudioDevice = {
    ...{ id, name: id, aliases: [], kind: "microphone", isDefault: true, channels: 1 },
    sampleRateHz: 48_000,
    backend: name,
  };
  return {
    name,
    devices: async () => [device],
    open: async (asked) => {
      if (asked !== device) throw new Error("a device of another backend");
      return { device, packets: (async function* () {})(), droppedSeconds: 0, close: async () => {} };
    },
  };
}
