import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { readWhisperConfig } from "../../src/model/whisper-config.js";
import { temporaryFolder } from "./temporary-folder.js";
import { thrownCode } from "./thrown-code.js";

const folder = temporaryFolder();

/** config.json of openai/whisper-tiny.en, what mubbles reads of it. */
const TINY_EN = {
  model_type: "whisper",
  d_model: 384,
  encoder_layers: 4,
  decoder_layers: 4,
  encoder_attention_heads: 6,
  decoder_attention_heads: 6,
  max_source_positions: 1500,
  max_target_positions: 448,
  num_mel_bins: 80,
  vocab_size: 51_864,
  eos_token_id: 50_256,
};

test("the embedded model", () => {
  expect(readWhisperConfig(packagePath("models/whisper-base-int8"))).toEqual({
    nMels: 80,
    dModel: 512,
    encoderLayers: 6,
    decoderLayers: 6,
    encoderHeads: 8,
    decoderHeads: 8,
    headSize: 64,
    vocabularySize: 51_865,
    maxAudioPositions: 1500,
    maxTextPositions: 448,
    endToken: 50_257,
    firstTimestampToken: 50_364,
    isMultilingual: true,
    // openai/whisper's dump of base: layers 3 to 5.
    alignmentHeads: [
      [3, 1],
      [4, 2],
      [4, 3],
      [4, 7],
      [5, 1],
      [5, 2],
      [5, 4],
      [5, 6],
    ],
  });
});

test("an English-only model: one token less", () => {
  const config = readWhisperConfig(written("english", TINY_EN));
  expect(config).toMatchObject({ isMultilingual: false, endToken: 50_256, firstTimestampToken: 50_363 });
});

test("no list of heads: all of the upper half of the layers", () => {
  const { alignmentHeads, decoderLayers, decoderHeads } = readWhisperConfig(written("no heads", TINY_EN));
  expect(alignmentHeads).toHaveLength((decoderLayers / 2) * decoderHeads);
  expect(alignmentHeads[0]).toEqual([decoderLayers / 2, 0]);
  expect(alignmentHeads.at(-1)).toEqual([decoderLayers - 1, decoderHeads - 1]);
});

test("large-v3: 128 mel bands and one language more", () => {
  const config = readWhisperConfig(
    written("large", { ...TINY_EN, num_mel_bins: 128, vocab_size: 51_866, eos_token_id: 50_257 }),
  );
  expect(config).toMatchObject({ nMels: 128, isMultilingual: true, firstTimestampToken: 50_365 });
});

test("alignment heads: by layer, and only those there are", () => {
  const heads = [[3, 5], [1, 0], [3, 1], [4, 0], [0, 6], [-1, 0], [0, -1], [0.5, 1], "x", null, [1]];
  const config = readWhisperConfig(written("heads", TINY_EN, { alignment_heads: heads }));
  expect(config.alignmentHeads).toEqual([
    [1, 0],
    [3, 1],
    [3, 5],
  ]);
});

describe("a config.json with a fault", () => {
  check("missing", undefined);
  check("no JSON", "{");
  check("null", null);
  check("another kind of model", { ...TINY_EN, model_type: "bert" }, "MODEL_UNSUPPORTED");
  check("no kind", { ...TINY_EN, model_type: undefined }, "MODEL_UNSUPPORTED");
  check("40 mel bands", { ...TINY_EN, num_mel_bins: 40 }, "MODEL_UNSUPPORTED");
  for (const key of Object.keys(TINY_EN).filter((name) => name !== "model_type")) {
    for (const value of [undefined, null, "4", 0, -4, 4.5]) {
      check(`${key} is ${JSON.stringify(value)}`, { ...TINY_EN, [key]: value });
    }
  }
  check("a width that is no multiple of the decoder's heads", { ...TINY_EN, decoder_attention_heads: 5 });
  check("a width that is no multiple of the encoder's heads", { ...TINY_EN, encoder_attention_heads: 5 });
  check("a vocabulary smaller than the timestamps", { ...TINY_EN, vocab_size: 1400 });
  check("an end token outside the vocabulary", { ...TINY_EN, eos_token_id: 60_000 });

  function check(name: string, config: unknown, code = "MODEL_BROKEN") {
    test(name, async () => {
      const path = written(`fault ${name}`, config);
      expect(await thrownCode(() => readWhisperConfig(path))).toBe(code);
    });
  }
});

describe("a generation_config.json with a fault", () => {
  test("no JSON", async () => {
    const path = written("generation no JSON", TINY_EN, "{");
    expect(await thrownCode(() => readWhisperConfig(path))).toBe("MODEL_BROKEN");
  });

  test("null", async () => {
    const path = written("generation null", TINY_EN, null);
    expect(await thrownCode(() => readWhisperConfig(path))).toBe("MODEL_BROKEN");
  });

  test.each([{}, { alignment_heads: null }, { alignment_heads: {} }])("%j names no heads", (generation) => {
    const path = written(`generation ${JSON.stringify(generation)}`, TINY_EN, generation);
    const { alignmentHeads } = readWhisperConfig(path);
    expect(alignmentHeads[0]).toEqual([2, 0]);
    expect(alignmentHeads).toHaveLength(2 * 6);
  });
});

/** A folder with these files: text as it is, all else as JSON. */
function written(name: string, config: unknown, generation?: unknown): string {
  const path = join(folder, name);
  mkdirSync(path);
  const files = { "config.json": config, "generation_config.json": generation };
  for (const [file, value] of Object.entries(files)) {
    if (value === undefined) continue;
    writeFileSync(join(path, file), typeof value === "string" ? value : JSON.stringify(value));
  }
  return path;
}
