import { cpSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { convertModel } from "../../src/model/convert.js";
import { EmbeddingTable } from "../../src/model/embedding-table.js";
import { Safetensors } from "../../src/model/safetensors.js";
import { readWhisperConfig } from "../../src/model/whisper-config.js";
import { temporaryFolder } from "./temporary-folder.js";
import { thrownCode } from "./thrown-code.js";
import { writeTinyWhisper } from "./tiny-whisper.js";

const MODEL = packagePath("models/whisper-base-int8");
const TABLE = "decoder.embed_tokens";
const REST = "decoder.embed_tokens_rest";
const FREQUENT = 16_384;
const folder = temporaryFolder();
const config = readWhisperConfig(MODEL);
const { dModel: width, endToken, vocabularySize } = config;
const weights = Safetensors.openFolder(MODEL);

let table: EmbeddingTable;
beforeAll(() => {
  table = EmbeddingTable.open(weights, config)!;
});
afterAll(() => table.close());

describe("rows as they are stored", () => {
  const [values, rest] = [TABLE, REST].map(
    (name) => new Int8Array(weights.readBytes(`${name}.weight`).buffer),
  );
  const [scales, restScales] = [TABLE, REST].map((name) => weights.readFloats(`${name}.scale`));
  /** The token's place in the rest. */
  const cases: readonly (readonly [string, number, number | undefined])[] = [
    ["the first", 0, 0],
    ["the last frequent one", FREQUENT - 1, FREQUENT - 1],
    ["the first rare one", FREQUENT, undefined],
    ["the last rare one", endToken - 1, undefined],
    ["the end token", endToken, FREQUENT],
    ["the last timestamp", vocabularySize - 1, FREQUENT + vocabularySize - 1 - endToken],
  ];

  test.each(cases)("%s", (_, token, place) => {
    const expected = Float32Array.from({ length: width }, (_, i) => {
      const own = Math.fround(values![token * width + i]! * scales![token]!);
      return place === undefined ? own : own + rest![place * width + i]! * restScales![place]!;
    });
    expect(table.rowsOf([token])).toEqual(expected);
  });

  test("several, in their order, one of them twice", () => {
    const [first, second] = [table.rowsOf([7]), table.rowsOf([50_000])];
    expect(table.rowsOf([50_000, 7, 50_000])).toEqual(Float32Array.from([...second, ...first, ...second]));
  });
});

test("many more than are kept, and those that come again are the same", () => {
  const tokens = Array.from({ length: 5000 }, (_, i) => i * 10);
  const rows = table.rowsOf(tokens);
  for (const i of [0, 1, 2500, 4999])
    expect(table.rowsOf([tokens[i]!])).toEqual(rows.slice(i * width, (i + 1) * width));
});

test("a logit is the product with the row", () => {
  const x = Float32Array.from({ length: 3 * width }, (_, i) => Math.sin(i));
  const row = table.rowsOf([440]);
  const expected = row.reduce((sum, value, i) => sum + value * x[width + i]!, 0);
  expect(table.logit(440, x, width)).toBeCloseTo(expected, 9);
});

test("a model of floats has its embedding in the graph", async () => {
  const [source, destination] = [join(folder, "tiny"), join(folder, "fp32")];
  writeTinyWhisper(source);
  await convertModel({ source, destination, compute: "fp32" });
  expect(EmbeddingTable.open(Safetensors.openFolder(destination), config)).toBeUndefined();
});

test("a file that becomes shorter while it is in use is a broken model", async () => {
  const copy = join(folder, "copy");
  cpSync(MODEL, copy, { recursive: true });
  const opened = EmbeddingTable.open(Safetensors.openFolder(copy), config)!;
  expect(opened.rowsOf([1])).toEqual(table.rowsOf([1]));
  truncateSync(join(copy, "model.safetensors"), 1_000_000);
  expect(await thrownCode(() => opened.rowsOf([2]))).toBe("MODEL_BROKEN");
  opened.close();
});
