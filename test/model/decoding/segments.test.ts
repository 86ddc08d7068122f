/** The cases of openai/whisper transcribe.py:339-399, and what mubbles does where the reference would decode again. */
import { describe, expect, test } from "vitest";
import { splitAtTimestamps, type TokenSegment } from "../../../src/model/decoding/segments.js";

const FIRST_TIMESTAMP = 1000;
const WINDOW_SECONDS = 20;

/** "0.00 a b 2.00": numbers are timestamps, letters are text tokens. */
describe("segments of", () => {
  check("", ["0-20: "]);
  check("a b", ["0-20: a b"]);
  check("0.00 a", ["0-20: 0.00 a"]);
  check("0.00 a 2.50", ["0-2.5: 0.00 a 2.50"]);
  check("1.00 a 2.50", ["0-2.5: 1.00 a 2.50"]);
  // A start alone is taken for the end, as in the reference.
  check("1.00 a", ["0-1: 1.00 a"]);
  check("a 3.00", ["0-3: a 3.00"]);
  check("0.00 a 2.00 2.00 b 4.00", ["0-2: 0.00 a 2.00", "2-4: 2.00 b 4.00"]);
  check("0.50 a 2.00 3.00 b 4.00", ["0.5-2: 0.50 a 2.00", "3-4: 3.00 b 4.00"]);
  check("0.00 a 2.00 2.00 b 4.00 5.00 c 6.02", [
    "0-2: 0.00 a 2.00",
    "2-4: 2.00 b 4.00",
    "5-6.02: 5.00 c 6.02",
  ]);
  check("0.00 a 2.00 2.00", ["0-2: 0.00 a 2.00"], { resume: 2 });
  check("0.00 a 2.00 3.00", ["0-2: 0.00 a 2.00"], { resume: 3 });
  check("0.00 a 2.00 2.00 b 4.00 4.00", ["0-2: 0.00 a 2.00", "2-4: 2.00 b 4.00"], { resume: 4 });
  check("0.00 a 2.00 3.00 b c", ["0-2: 0.00 a 2.00"], { tail: "3-20: 3.00 b c" });
  check("0.00 a 2.00 2.00 b 4.00 4.00 c", ["0-2: 0.00 a 2.00", "2-4: 2.00 b 4.00"], { tail: "4-20: 4.00 c" });
  check("0.00 a 2.00 20.00 b", ["0-2: 0.00 a 2.00"], { tail: "19.98-20: 20.00 b" });
  check("0.00 a 2.00 27.00 b", ["0-2: 0.00 a 2.00"], { tail: "19.98-20: 27.00 b" });
  check("0.00 a 2.00 2.00 b 30.00", ["0-2: 0.00 a 2.00", "2-30: 2.00 b 30.00"]);

  function check(tokens: string, segments: readonly string[], rest: { tail?: string; resume?: number } = {}) {
    test(`"${tokens}"`, () => {
      const split = splitAtTimestamps(parse(tokens), FIRST_TIMESTAMP, WINDOW_SECONDS);
      expect(split.segments.map(describeSegment)).toEqual(segments);
      expect(split.tail && describeSegment(split.tail)).toBe(rest.tail);
      expect(split.resumeSeconds).toBe(rest.resume);
    });
  }
});

function parse(text: string): number[] {
  return text
    .split(" ")
    .filter((part) => part !== "")
    .map((part) => (/\d/.test(part) ? FIRST_TIMESTAMP + Math.round(Number(part) * 50) : part.charCodeAt(0)));
}

function describeSegment({ startSeconds, endSeconds, tokens }: TokenSegment): string {
  const words = tokens.map((token) =>
    token >= FIRST_TIMESTAMP ? ((token - FIRST_TIMESTAMP) / 50).toFixed(2) : String.fromCharCode(token),
  );
  return `${rounded(startSeconds)}-${rounded(endSeconds)}: ${words.join(" ")}`;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
