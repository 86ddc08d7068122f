/** The cases of openai/whisper transcribe.py:339-399: how far each text goes in a window of 20 s. */
import { describe, expect, test } from "vitest";
import { seekAdvanceFrames } from "../../../src/model/decoding/seek-policy.js";
import { splitAtTimestamps } from "../../../src/model/decoding/segments.js";

const FIRST_TIMESTAMP = 1000;
const WINDOW_FRAMES = 2000;

describe("the next window begins after", () => {
  check("nothing at all: the window", [], WINDOW_FRAMES);
  check("text without an end: the window", [0, "a"], WINDOW_FRAMES);
  check("a segment that ends: the window, since nobody speaks after it", [0, "a", 2.5], WINDOW_FRAMES);
  check("segments of which the last one ends", [0, "a", 2, 2, "b", 4], WINDOW_FRAMES);
  check("a pair of timestamps at the end", [0, "a", 2, 2], 200);
  check("a segment that has no end: the end of the one before", [0, "a", 2, 3.02, "b"], 200);
  check("two segments and a third that has no end", [0, "a", 2, 2, "b", 4.5, 5, "c"], 450);
  check("a lone timestamp: the window", [7], WINDOW_FRAMES);

  function check(name: string, parts: readonly (number | string)[], frames: number) {
    test(name, () => {
      const tokens = parts.map((part) =>
        typeof part === "number" ? FIRST_TIMESTAMP + Math.round(part * 50) : part.charCodeAt(0),
      );
      const split = splitAtTimestamps(tokens, FIRST_TIMESTAMP, WINDOW_FRAMES / 100);
      expect(seekAdvanceFrames(split, WINDOW_FRAMES)).toBe(frames);
    });
  }
});
