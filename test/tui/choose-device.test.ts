/** Another microphone from the list, on a real sound server: the session goes on with it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixture, PROGRAM, temporaryFolder } from "../cli/mubbles.js";
import { missing } from "../needs.js";
import { PulseServer } from "../pulse-server.js";
import { Terminal } from "./terminal.js";

const SPEECH = fixture("speech.wav");
const LONGER_SPEECH = fixture("austen-0870.wav");

describe.skipIf(missing("tmux") || missing("pulseaudio"))("a device is chosen from the list", () => {
  let server: PulseServer;
  let terminal: Terminal;

  beforeAll(async () => {
    server = await PulseServer.start();
    server.add("module-null-sink", "sink_name=booth", "sink_properties=device.description=Booth");
    server.add(
      "module-remap-source",
      ...["source_name=headset", "master=booth.monitor", "source_properties=device.description=Headset"],
    );
    const env = { ...server.env, HOME: process.env.HOME };
    terminal = await Terminal.open({ columns: 80, rows: 24, cwd: temporaryFolder(), env });
  });

  afterAll(async () => {
    terminal.close();
    await server.stop();
  });

  test("what the new one hears is text, what the old one hears is not any more", async () => {
    terminal.run(`${process.execPath} ${PROGRAM} listen --mic --language en --beam-size 1`);
    await terminal.shows(/Microphone Microphone .*idle/, 20_000);
    terminal.type("d");
    await terminal.shows("▸ Microphone");
    terminal.type("h");
    await terminal.shows("▸ Headset");
    terminal.press("Enter");
    await terminal.shows(/Microphone Headset .*idle/);

    await Promise.all([server.play(SPEECH, "booth"), server.play(LONGER_SPEECH, "room")]);
    const screen = await terminal.shows("1 finals", 20_000);
    expect(screen).toMatch(/not an ill/);
    expect(screen).not.toMatch(/leisure/);

    // Back again, with a list that begins at the device in use.
    terminal.type("d");
    await terminal.shows("▸ Headset");
    terminal.type("m");
    await terminal.shows("▸ Microphone");
    terminal.press("Enter");
    await terminal.shows(/Microphone Microphone .*idle/);
    terminal.type("q");
    await terminal.isBack(15_000);
    expect(terminal.history()).not.toMatch(/DEVICE_/);
  });
});
