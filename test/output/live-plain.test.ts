import { expect, test } from "vitest";
import { livePlainLine } from "../../src/output/live-plain.js";
import { FINAL, LIVE_EVENTS } from "./live-events.js";

test("a final text is a line with its time and channel", () => {
  expect(livePlainLine(FINAL)).toBe("1:15 mic: Good morning.\n");
  expect(livePlainLine({ ...FINAL, channel: "loopback", startSeconds: 3675 })).toBe(
    "1:01:15 loopback: Good morning.\n",
  );
});

test("one line, whatever is in the text", () => {
  expect(livePlainLine({ ...FINAL, text: " One\ntwo\u0007 \t three " })).toBe("1:15 mic: One two three\n");
});

test.each(["", "  ", " [BLANK_AUDIO]", " (crickets chirping)", " ..."])("no line for %j", (text) =>
  expect(livePlainLine({ ...FINAL, text })).toBe(""),
);

test("no line for anything else", () => {
  const lines = LIVE_EVENTS.filter(({ type }) => type !== "final").map(livePlainLine);
  expect(lines.join("")).toBe("");
});
