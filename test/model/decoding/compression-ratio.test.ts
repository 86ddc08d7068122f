import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { compressionRatio } from "../../../src/model/decoding/compression-ratio.js";
import { missing, SHARED_FOLDER } from "../../needs.js";

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
    test(name, () => expect(compressionRatio(text)).toBeCloseTo(ratio, 10));
  }
});

test.skipIf(missing("shared"))(
  "the same as openai/whisper on all of its own texts, where Node's zlib is not",
  () => {
    const windows = goldenWindows();
    const differing = windows.filter(({ text, ratio }) => Math.abs(compressionRatio(text) - ratio) > 1e-6);
    expect(windows.length).toBeGreaterThan(100);
    expect(differing).toEqual([]);
    const byNode = (text: string) => Buffer.byteLength(text) / deflateSync(text, { level: 6 }).length;
    expect(windows.filter(({ text, ratio }) => Math.abs(byNode(text) - ratio) > 1e-6).length).toBeGreaterThan(
      9,
    );
  },
);

interface GoldenSegment {
  readonly seek: number;
  readonly text: string;
  readonly temperature: number;
  readonly compression_ratio: number;
}

/** The ratio is that of a window's whole text: of windows at temperature 0, which lost no segment. */
function goldenWindows(): { text: string; ratio: number }[] {
  const root = join(SHARED_FOLDER, "golden");
  const files = (readdirSync(root, { recursive: true }) as string[]).filter((file) => file.endsWith(".json"));
  return files.flatMap((file) => {
    const { segments } = JSON.parse(readFileSync(join(root, file), "utf8")) as { segments: GoldenSegment[] };
    const bySeek = new Map<number, { text: string; ratio: number }>();
    for (const { seek, text, temperature, compression_ratio: ratio } of segments) {
      if (temperature > 0 || file.includes("nonspeech")) continue;
      bySeek.set(seek, { text: (bySeek.get(seek)?.text ?? "") + text, ratio });
    }
    return [...bySeek.values()].map(({ text, ratio }) => ({ text: text.trim(), ratio }));
  });
}
