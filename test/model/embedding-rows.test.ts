import { join } from "node:path";
import { expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { convertModel } from "../../src/model/convert.js";
import { embeddingRows } from "../../src/model/embedding-rows.js";
import { Safetensors } from "../../src/model/safetensors.js";
import { temporaryFolder } from "./temporary-folder.js";
import { writeTinyWhisper } from "./tiny-whisper.js";

const folder = temporaryFolder();

test.each(["embed_tokens", "embed_tokens_rest"])("%s: every token's numbers side by side", (table) => {
  const weights = Safetensors.openFolder(packagePath("models/whisper-base-int8"));
  const [width, tokens] = weights.shapeOf(`decoder.${table}.weight`) as [number, number];
  const stored = new Int8Array(weights.readBytes(`decoder.${table}.weight`).buffer);
  const { dims, data } = embeddingRows(weights)[`decoder.${table}.rows`]!;
  expect(dims).toEqual([tokens, width]);
  const rows = data as Int8Array;
  for (let token = 0; token < tokens; token += 97) {
    const row = Array.from({ length: width }, (_, i) => stored[i * tokens + token]);
    expect(Array.from(rows.subarray(token * width, (token + 1) * width))).toEqual(row);
  }
});

test("a model of floats needs none", async () => {
  const [source, destination] = [join(folder, "tiny"), join(folder, "fp32")];
  writeTinyWhisper(source);
  await convertModel({ source, destination, compute: "fp32" });
  expect(embeddingRows(Safetensors.openFolder(destination))).toEqual({});
});
