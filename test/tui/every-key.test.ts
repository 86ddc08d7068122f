/** The real program in a real terminal: the sample conversation, every key, and what the screen shows. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROGRAM, ROOT, temporaryFolder } from "../cli/mubbles.js";
import { missing } from "../needs.js";
import { PulseServer } from "../pulse-server.js";
import { Terminal } from "./terminal.js";

const CONVERSATION = join(ROOT, "samples/conversation.opus");
const DIVIDER = "│";

describe.skipIf(missing("tmux") || missing("pulseaudio"))("the interface", () => {
  let server: PulseServer;
  let terminal: Terminal;
  const cwd = temporaryFolder();

  beforeAll(async () => {
    server = await PulseServer.start();
    const env = { ...server.env, HOME: process.env.HOME };
    terminal = await Terminal.open({ columns: 72, rows: 20, cwd, env });
  });

  afterAll(async () => {
    terminal.close();
    await server.stop();
  });

  test("every key does what the help says, and the words stand in their columns", async () => {
    terminal.run(
      `${process.execPath} ${PROGRAM} listen --mic file:${CONVERSATION}#0 --loopback file:${CONVERSATION}#1`,
    );
    await terminal.shows(/▸Microphone .* Speakers/, 20_000);
    expect(terminal.ask("alternate_on")).toBe("1");
    expect(terminal.ask("cursor_flag")).toBe("0");

    // The speakers say nothing yet: nothing is lost while they are paused.
    terminal.press("Tab");
    await terminal.shows("▸Speakers");
    terminal.type("p");
    await terminal.shows(/Speakers.* paused/);
    terminal.type("p");
    await terminal.until((screen) => !screen.includes("paused"));
    terminal.type("m");
    await terminal.shows(/Speakers.* muted/);
    terminal.type("m");
    await terminal.until((screen) => !screen.includes("muted"));

    terminal.type("B");
    await terminal.shows("beam 6");
    terminal.type("b");
    await terminal.shows("beam 5");
    terminal.type("bbbb");
    await terminal.shows("greedy");
    terminal.type("BBBB");
    await terminal.shows("beam 5");

    terminal.type("t");
    await terminal.shows("auto → en");
    terminal.type("t");
    await terminal.until((screen) => !screen.includes("→ en"));
    terminal.type("l");
    await terminal.shows("auto: detect it");
    terminal.type("e");
    await terminal.shows("▸ english (en)");
    terminal.press("Enter");
    await terminal.shows("base · en · beam 5");

    const threshold = () => terminal.screen().split("\n")[1]!.indexOf("┊");
    const before = threshold();
    terminal.type("]]");
    await terminal.until(() => threshold() > before);
    terminal.type("[[");
    await terminal.until(() => threshold() === before);

    terminal.type("?");
    await terminal.shows("Any key closes this");
    terminal.type("?");
    await terminal.until((screen) => !screen.includes("Any key closes this"));

    terminal.type("d");
    await terminal.shows("Speakers whose sound is transcribed");
    await terminal.shows("▸ Speakers");
    terminal.press("Escape");
    await terminal.until((screen) => !screen.includes("whose sound"));

    terminal.type("k");
    await terminal.shows("marked");
    terminal.type("g");
    await terminal.shows("▀▀▀▀");
    terminal.type("i");
    await terminal.shows("0:00 And Mr");

    await terminal.until((screen) => columnOf(screen, 0).includes("selfish"), 30_000);
    // Somebody makes the window so small that not all of the text has room.
    terminal.tmux("resize-window", "-y", "14");
    await terminal.until((screen) => screen.split("\n")[13]?.includes("q quit") === true);
    terminal.press("Home");
    await terminal.shows(/↑ \d+ lines back/);
    await terminal.shows("0:00 And Mr");
    terminal.press("Down");
    terminal.press("Up");
    terminal.press("NPage");
    terminal.press("PPage");
    await terminal.shows("lines back");
    terminal.type("f");
    await terminal.until((screen) => !screen.includes("lines back"));
    terminal.type("g");
    await terminal.until((screen) => !screen.includes("▀"));
    terminal.tmux("resize-window", "-y", "20");

    await terminal.until((screen) => columnOf(screen, 1).includes("respectable than he was"), 20_000);
    terminal.type("c");
    await terminal.shows("copied the last utterance");
    expect(terminal.tmux("show-buffer")).toMatch(/\w+ \w+.*\.$/);
    for (const [index, format] of ["srt", "txt", "json"].entries()) {
      terminal.type("s");
      await terminal.shows("Save the text as");
      for (let i = 0; i < index; i++) terminal.press("Down");
      await terminal.shows(`▸ ${format}`);
      terminal.press("Enter");
      await terminal.shows(new RegExp(`saved as mubbles-.*\\.${format}`));
    }
    expect(columnOf(terminal.screen(), 0)).toMatch(
      /Mr\.? John Dashwood .* cold[- ]hearted and rather selfish/,
    );
    expect(columnOf(terminal.screen(), 1)).toMatch(/not an ill.* young man.* more respectable than he was/);

    // The recordings are over; what they left can still be read.
    await terminal.shows("all heard: s saves, q leaves", 30_000);
    expect(columnOf(terminal.screen(), 0)).toContain("amiable himself");
    terminal.type("q");
    await terminal.isBack(15_000);
    await terminal.isUsable();
    expect(terminal.history()).toMatch(/mic.*Dashwood/);
    expect(terminal.history()).toMatch(/loopback.*young man/);
    expectSaved(cwd);
  });
});

/** The text of one of the two columns, without the times before utterances. */
function columnOf(screen: string, column: 0 | 1): string {
  const cells = screen.split("\n").map((line) => line.split(DIVIDER)[column] ?? "");
  return cells
    .join(" ")
    .replaceAll(/\d:\d\d /g, "")
    .replaceAll(/\s+/g, " ");
}

function expectSaved(folder: string): void {
  const [json, srt, txt] = ["json", "srt", "txt"].map((format) => {
    const names = readdirSync(folder).filter((name) => name.endsWith(`.${format}`));
    expect(names).toHaveLength(1);
    return readFileSync(join(folder, names[0]!), "utf8");
  });
  expect(JSON.parse(json!).segments.length).toBeGreaterThanOrEqual(3);
  expect(srt).toMatch(/^1\n00:00:00,\d+ --> 00:00:\d\d,\d+\n/);
  expect(txt).toContain("Dashwood");
}
