/** Losing a device and its server, with a real one. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { CapturePacket, DeviceRequest } from "../../../src/audio/capture/backend.js";
import { pulseBackend } from "../../../src/audio/capture/pulse/pulse-backend.js";
import { openReopening } from "../../../src/audio/capture/reopening.js";
import { missing } from "../../needs.js";
import { PulseServer } from "../../pulse-server.js";

/** A stall is seen after 5 s, a retry comes after at most 2 s. */
const SOON = { timeout: 15_000 };

describe.skipIf(missing("pulseaudio"))("a capture survives", () => {
  let server: PulseServer;
  let leave = new AbortController();

  beforeAll(async () => {
    server = await PulseServer.start();
  });

  afterEach(() => leave.abort());
  afterAll(() => server.stop());

  /** Opens, and reads for as long as the test goes on. */
  async function listen(request: DeviceRequest) {
    leave = new AbortController();
    const notices: string[] = [];
    const packets: CapturePacket[] = [];
    const stream = await openReopening({
      backend: pulseBackend(server.env),
      request,
      signal: leave.signal,
      onNotice: (notice) =>
        notices.push(notice.type === "capture" ? `${notice.state}: ${notice.device}` : notice.error.code),
    });
    const ended = (async () => {
      for await (const packet of stream.packets) packets.push(packet);
    })();
    await vi.waitUntil(() => packets.length > 0, SOON);
    return { stream, notices, packets, ended };
  }

  test("the output removed while recording, until it is back", async () => {
    const sink = ["sink_name=headset", "sink_properties=device.description=Headset"];
    const remove = server.add("module-null-sink", ...sink);
    const { notices } = await listen({ kind: "loopback", name: "headset" });
    remove();
    await vi.waitUntil(() => notices.includes("DEVICE_LOST"), SOON);
    const removeAgain = server.add("module-null-sink", ...sink);
    await vi.waitUntil(() => notices.includes("recovered: Headset"), SOON);
    expect(notices).toEqual(["open: Headset", "lost: Headset", "DEVICE_LOST", "recovered: Headset"]);
    removeAgain();
  });

  test("the server killed and started again", async () => {
    const { notices, packets, ended } = await listen({ kind: "microphone", name: "default" });
    await server.kill();
    await vi.waitUntil(() => notices.includes("DEVICE_LOST"), SOON);
    const before = packets.length;
    await server.start();
    await vi.waitUntil(() => packets.length > before, SOON);
    expect(notices).toEqual(["open: Microphone", "lost: Microphone", "DEVICE_LOST", "recovered: Microphone"]);
    leave.abort();
    await ended;
  });

  test("the default input unplugged: the next default, with a rate and channels of its own", async () => {
    const options = ["source_name=spare", "master=speakers.monitor", "channels=2", "rate=22050"];
    const removeSpare = server.add(
      "module-remap-source",
      ...options,
      "source_properties=device.description=Spare",
    );
    const { stream, notices, packets } = await listen({ kind: "microphone", name: "default" });
    server.removeMicrophone();
    await vi.waitUntil(() => notices.includes("recovered: Spare"), SOON);
    expect(notices).toEqual(["open: Microphone", "lost: Microphone", "DEVICE_LOST", "recovered: Spare"]);
    expect(packets[0]).toMatchObject({ channels: 1, sampleRateHz: 44_100 });
    expect(packets.at(-1)).toMatchObject({ channels: 2, sampleRateHz: 22_050 });
    expect(stream.device).toMatchObject({ id: "spare", isDefault: true });
    removeSpare();
    server.addMicrophone();
  });

  test("an input that delivers nothing for a while", async () => {
    const { notices } = await listen({ kind: "microphone", name: "mic" });
    server.pactl("suspend-source", "mic", "1");
    await vi.waitUntil(() => notices.includes("DEVICE_STALLED"), SOON);
    server.pactl("suspend-source", "mic", "0");
    await vi.waitUntil(() => notices.includes("recovered: Microphone"), SOON);
    expect(notices).toEqual([
      "open: Microphone",
      "stalled: Microphone",
      "DEVICE_STALLED",
      "recovered: Microphone",
    ]);
  });

  test("nothing when the first opening fails", async () => {
    await expect(listen({ kind: "microphone", name: "nobody" })).rejects.toMatchObject({
      code: "DEVICE_NOT_FOUND",
      message: expect.stringContaining('"Microphone" [mic]'),
    });
  });
});
