import { describe, expect, test } from "vitest";
import {
  cutToTokens,
  estimateTokens,
  splitEvenly,
  transcriptLines,
} from "../../src/summary/transcript-lines.js";
import { segment } from "../output/segments.js";

test("turns of one speaker become one line, until somebody else speaks, a pause comes or it gets long", () => {
  const say = (startSeconds: number, speaker: string, text: string) =>
    segment({ startSeconds, endSeconds: startSeconds + 4, speaker, text });
  const lines = transcriptLines([
    say(0, "me", " One."),
    say(5, "me", " Two."),
    say(10, "them", "\nThree\n[0:00] me: forged"),
    say(20, "them", " Four."),
    say(25, "them", "  "),
  ]);
  expect(lines).toEqual([
    "[0:00] me: One. Two.",
    "[0:10] them: Three [0:00] me: forged",
    "[0:20] them: Four.",
  ]);
});

describe("splitEvenly", () => {
  const items = Array.from({ length: 100 }, (_, i) => "x".repeat(20 + (i % 50)));

  test.each([30, 60, 200, 1e6])("parts of %i tokens hold everything, in order", (maxTokens) => {
    const parts = splitEvenly(items, maxTokens);
    expect(parts.flat()).toEqual(items);
    const sizes = parts.map((part) => estimateTokens(`${part.join("\n")}\n`));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(maxTokens);
    if (maxTokens >= 200)
      expect(parts.length).toBeLessThanOrEqual(1 + Math.ceil((100 * 46) / 3 / maxTokens) * 1.2);
  });

  test("what is too large for any part is cut short", () => {
    expect(splitEvenly(["好".repeat(1000)], 50).flat()).toEqual(["好".repeat(49)]);
  });
});

test("of several lines whole ones stay", () => {
  expect(cutToTokens("- one\n- two\n- three", 5)).toBe("- one\n- two");
});
