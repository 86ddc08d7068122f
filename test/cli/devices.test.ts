/** `mubbles devices` with a real sound server, and without one. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../needs.js";
import { PulseServer } from "../pulse-server.js";
import { expectFailure, mubbles } from "./mubbles.js";

describe.skipIf(missing("pulseaudio"))("mubbles devices", () => {
  let server: PulseServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    server = await PulseServer.start();
    env = { PULSE_SERVER: server.env.PULSE_SERVER!, MUBBLES_AUDIO_BACKEND: "" };
  });

  afterAll(() => server.stop());

  test("lists inputs and loopbacks, the defaults marked", async () => {
    const { exitCode, stdout, stderr } = await mubbles(["devices"], { env });
    expect(stdout).toBe(
      [
        "   INPUT       ID   FORMAT          BACKEND",
        "*  Microphone  mic  1 ch, 44100 Hz  pulse",
        "",
        "   LOOPBACK  ID                FORMAT          BACKEND",
        "*  Speakers  speakers.monitor  2 ch, 48000 Hz  pulse",
        "   Room      room.monitor      1 ch, 44100 Hz  pulse",
        "",
      ].join("\n"),
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });

  test("lists them as JSON", async () => {
    const { exitCode, stdout } = await mubbles(["devices", "--json"], { env });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toContainEqual({
      id: "speakers.monitor",
      name: "Speakers",
      kind: "loopback",
      default: true,
      channels: 2,
      sampleRateHz: 48_000,
      backend: "pulse",
    });
  });
});

test("without a sound server: says so, and what works without one", async () => {
  const result = await mubbles(["devices"], {
    env: { PULSE_SERVER: "unix:/nowhere/native", MUBBLES_AUDIO_BACKEND: "pulse" },
  });
  expectFailure(result, "DEVICE_BACKEND_UNAVAILABLE", "PulseAudio");
  expect(result.stderr).toContain("/nowhere/native");
  expect(result.stderr).toContain("file:PATH");
});

test("a backend that there is not is wrong usage", async () => {
  const result = await mubbles(["devices"], { env: { MUBBLES_AUDIO_BACKEND: "jack" } });
  expectFailure(result, "USAGE", "MUBBLES_AUDIO_BACKEND");
});
