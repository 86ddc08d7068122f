import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { askYesNo } from "../../src/cli/ask.js";

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  ["y\n", true],
  ["nothing that is known\n", false],
  ["\n", true],
  // Ctrl-D: nothing comes any more.
  ["", false],
])("%j answers a question whose default is yes with %s", async (typed, expected) => {
  vi.spyOn(process, "stdin", "get").mockReturnValue(new PassThrough() as never);
  vi.spyOn(process, "stderr", "get").mockReturnValue(new PassThrough() as never);
  const answer = askYesNo("Really?", true, new AbortController().signal);
  (process.stdin as unknown as PassThrough).end(typed);
  expect(await answer).toBe(expected);
});
