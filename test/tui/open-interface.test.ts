/** Opening and closing, on a stream that looks like a terminal. */
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openInterface } from "../../src/tui/open-interface.js";
import { SESSION } from "./conversation.js";

const LEAVE = "\u001b[?1049l\u001b[?25h";

function terminal() {
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => {},
    ref: () => {},
    unref: () => {},
  }) as unknown as NodeJS.ReadStream;
  const stream = new PassThrough();
  let written = "";
  stream.setEncoding("utf8").on("data", (text: string) => {
    written += text;
  });
  const stdout = Object.assign(stream, {
    columns: 80,
    rows: 24,
    isTTY: true,
  }) as unknown as NodeJS.WriteStream;
  return { stdin, stdout, written: () => written };
}

const HOOKS = {
  languages: [],
  command: () => {},
  devices: async () => [],
  save: async () => "",
  quit: () => {},
  failed: (error: Error) => {
    throw error;
  },
};

test("the terminal is given back once, however often it is closed", async () => {
  const { written, ...streams } = terminal();
  const screen = openInterface(HOOKS, streams);
  screen.tell(SESSION);
  screen.close();
  screen.close();
  await sleep(0);
  expect(written().split(LEAVE)).toHaveLength(2);
  expect(written().endsWith(LEAVE)).toBe(true);
});

test("what comes after it is closed draws nothing", async () => {
  const { written, ...streams } = terminal();
  const screen = openInterface(HOOKS, streams);
  screen.close();
  screen.tell(SESSION);
  await sleep(200);
  expect(written().endsWith(LEAVE)).toBe(true);
});
