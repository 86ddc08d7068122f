import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { packagePath } from "../../../src/assets.js";
import { recoverMerges } from "../../../src/model/formats/recover-merges.js";

test("the merges of tokenizer.json from its tokens alone", () => {
  const { model } = JSON.parse(
    readFileSync(packagePath("models/whisper-base-int8/tokenizer.json"), "utf8"),
  ) as {
    model: { vocab: Record<string, number>; merges: string[] };
  };
  const tokens = Object.entries(model.vocab)
    .sort(([, a], [, b]) => a - b)
    .slice(0, 50_257)
    .map(([token]) => token);
  const merges = recoverMerges(tokens).map((pair) => pair.join(" "));
  // The hub's file has lost the first one (text-tokens.ts).
  expect(merges[0]).toBe("Ġ t");
  expect(merges.slice(1)).toEqual(model.merges);
});

test("tokens that nothing earlier makes have none", () => {
  expect(recoverMerges(["a", "b", "ab", "xyz", "aba"])).toEqual([
    ["a", "b"],
    ["ab", "a"],
  ]);
});
