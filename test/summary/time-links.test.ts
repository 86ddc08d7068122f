import { describe, expect, test } from "vitest";
import { TimeLinks } from "../../src/summary/time-links.js";

const MEETING = [
  { startSeconds: 0, endSeconds: 10 },
  { startSeconds: 723, endSeconds: 730 },
  { startSeconds: 3723, endSeconds: 3730 },
];
const MINUTES =
  "## Summary\n- Hello. [0:00]\n- Both. [12:03, 1:02:03]\n- Linked. [12:03](x)\n- Invented. [45:00]\n- None.\n";

function inPieces(text: string, size: number, target?: string): { shown: string; links: TimeLinks } {
  const links = new TimeLinks(MEETING, target);
  let shown = "";
  for (let at = 0; at < text.length; at += size) shown += links.push(text.slice(at, at + size));
  return { shown: shown + links.end(), links };
}

describe.each([1, 2, 3, 7, 1000])("in pieces of %i characters", (size) => {
  test("times become links, and those at which nobody speaks are marked", () => {
    const { shown, links } = inPieces(MINUTES, size, "call.html");
    expect(shown).toBe(
      [
        "## Summary",
        "- Hello. [0:00](call.html#t=0)",
        "- Both. [12:03](call.html#t=723) [1:02:03](call.html#t=3723)",
        "- Linked. [12:03](call.html#t=723)",
        "- Invented. [45:00?]",
        "- None.",
        "",
      ].join("\n"),
    );
    expect(links).toMatchObject({ unknownTimes: 1, unsupportedPoints: 2 });
  });
});

test("other brackets stay, and nothing is held back for ever", () => {
  const text = `- [ ] A task [see below] [0:00]\n[${"x".repeat(200)} and an end [12`;
  expect(inPieces(text, 3).shown).toBe(text);
});
