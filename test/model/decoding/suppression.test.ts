import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packagePath } from "../../../src/assets.js";
import { FORBIDDEN } from "../../../src/model/choice-graph.js";
import { firstTokenMask, suppressionMask } from "../../../src/model/decoding/suppression.js";
import { embeddedTokenizer } from "../embedded-tokenizer.js";

const folder = packagePath("models/whisper-base-int8");
const { config, tokenizer } = embeddedTokenizer();
/** What the checkpoint's makers suppress: the non-speech set and the special tokens, but not `<|notimestamps|>`. */
const { suppress_tokens: published, begin_suppress_tokens: publishedFirst } = JSON.parse(
  readFileSync(join(folder, "generation_config.json"), "utf8"),
) as { suppress_tokens: number[]; begin_suppress_tokens: number[] };
const NO_TIMESTAMPS = 50_363;
const SPECIAL = [50_258, 50_358, 50_359, 50_360, 50_361, 50_362, NO_TIMESTAMPS];

describe("never chosen", () => {
  check("-1: the non-speech set", [-1], [...published, NO_TIMESTAMPS]);
  check("nothing asked for: the special tokens all the same", [], SPECIAL);
  check("some tokens", [11, 50], [11, 50, ...SPECIAL]);
  check("-1 and some tokens", [11, -1], [11, ...published, NO_TIMESTAMPS]);
  check("tokens that the model does not have are left out", [-2, 51_865, 7], [7, ...SPECIAL]);

  function check(name: string, suppress: readonly number[], expected: readonly number[]) {
    test(name, () => {
      const mask = suppressionMask(tokenizer, config.vocabularySize, suppress);
      expect(mask).toHaveLength(config.vocabularySize);
      expect(forbidden(mask)).toEqual(sorted(expected));
    });
  }
});

test("the first token is neither blank nor the end, and the mask for the others stays as it was", () => {
  const mask = suppressionMask(tokenizer, config.vocabularySize, [-1]);
  const first = firstTokenMask(mask, tokenizer);
  expect(forbidden(first)).toEqual(sorted([...published, NO_TIMESTAMPS, ...publishedFirst]));
  expect(forbidden(mask)).toEqual(sorted([...published, NO_TIMESTAMPS]));
});

function forbidden(mask: Float32Array): number[] {
  const tokens = [...mask.keys()].filter((token) => mask[token] !== 0);
  for (const token of tokens) expect(mask[token]).toBe(Math.fround(FORBIDDEN));
  return tokens;
}

function sorted(tokens: readonly number[]): number[] {
  return [...new Set(tokens)].sort((a, b) => a - b);
}
