import { describe, expect, test } from "vitest";
import { compressionRatio } from "../../../src/model/decoding/compression-ratio.js";

// Expected: len(text.encode()) / len(zlib.compress(text.encode())) in CPython 3.11 with zlib 1.2.13.
describe("UTF-8 bytes over compressed bytes", () => {
  check("nothing", "", 0);
  check("a letter", "a", 1 / 9);
  check(
    "a sentence",
    "And Mr. John Dashwood had then leisure to consider how much there might be prudently",
    84 / 81,
  );
  check("a loop", "Thank you. ".repeat(20), 220 / 22);
  check("characters of three bytes", "ありがとうございました。".repeat(3), 108 / 48);

  function check(name: string, text: string, ratio: number) {
    // Node's zlib may save a byte or two more or less.
    test(name, () => expect(Math.abs(compressionRatio(text) - ratio)).toBeLessThanOrEqual(0.05 * ratio));
  }
});
