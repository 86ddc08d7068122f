/** The same weights as three kinds of files are the same model, tensor by tensor and byte by byte. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openSource } from "../../../src/model/formats/open-source.js";
import { resolveModel } from "../../../src/model/model-store.js";
import { Safetensors } from "../../../src/model/safetensors.js";
import { mubbles } from "../../cli/mubbles.js";
import { wordErrorRate } from "../../cli/words.js";
import { missing, WEIGHTS_FOLDER } from "../../needs.js";
import { SENTENCE } from "../speech-window.js";
import { temporaryFolder } from "../temporary-folder.js";

describe.skipIf(missing("weights"))("whisper.cpp's and CTranslate2's files beside the hub's", () => {
  const home = temporaryFolder();
  beforeAll(() => {
    process.env.MUBBLES_HOME = home;
    return () => delete process.env.MUBBLES_HOME;
  });

  test.each(["base", "tiny.en"])("%s: each tensor", (name) => {
    const hub = Safetensors.openFolder(join(WEIGHTS_FOLDER, `openai/whisper-${name}`));
    const others = [ggml(name), ctranslate2(name)].map((path) => openSource(path).checkpoint);
    const worst = [...hub.entries.keys()].map((tensor) => {
      const expected = hub.readFloats(tensor);
      const differences = others.map((other) => {
        expect(other.shapeOf(tensor)).toEqual(hub.shapeOf(tensor));
        return largestDifference(other.readFloats(tensor), expected);
      });
      return { tensor, difference: Math.max(...differences) };
    });
    // The hub's half-precision sinusoids are exact ones in the others; nothing else differs.
    expect(worst.filter(({ difference }) => difference > 0).map(({ tensor }) => tensor)).toEqual([
      "model.encoder.embed_positions.weight",
    ]);
    expect(Math.max(...worst.map(({ difference }) => difference))).toBeLessThanOrEqual(2 ** -11);
  });

  test("tiny.en: converted the same, and it says what is spoken", async () => {
    const paths = [join(WEIGHTS_FOLDER, "openai/whisper-tiny.en"), ggml("tiny.en"), ctranslate2("tiny.en")];
    const hashes = new Set<string>();
    for (const path of paths) {
      const { folder, name } = await resolveModel(path, undefined);
      expect(name).toContain("tiny.en");
      hashes.add(
        createHash("sha256")
          .update(readFileSync(join(folder, "model.safetensors")))
          .digest("hex"),
      );
    }
    expect(hashes.size).toBe(1);
    const args = ["file", "-m", ggml("tiny.en"), "-f", "txt", "test/fixtures/austen-0870.wav"];
    const { stdout, exitCode } = await mubbles(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Dashwood/);
  });

  test("tiny.en in 4 bits is smaller and still understands", async () => {
    const source = join(WEIGHTS_FOLDER, "openai/whisper-tiny.en");
    const [int8, int4] = [await resolveModel(source, "int8"), await resolveModel(source, "int4")];
    expect(int4.bytes).toBeLessThan(int8.bytes - 4e6);
    const args = ["file", "-m", source, "--compute", "int4", "-f", "txt", "test/fixtures/austen-0870.wav"];
    const { stdout, exitCode } = await mubbles(args);
    expect(exitCode).toBe(0);
    expect(wordErrorRate(SENTENCE, stdout)).toBeLessThan(0.15);
  });
});

function ggml(name: string): string {
  return join(WEIGHTS_FOLDER, `ggml/ggml-${name}.bin`);
}

function ctranslate2(name: string): string {
  return join(WEIGHTS_FOLDER, `ctranslate2/whisper-${name}`);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
