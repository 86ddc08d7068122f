import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packagePath } from "../../../src/assets.js";
import { CTranslate2Checkpoint } from "../../../src/model/formats/ctranslate2-checkpoint.js";
import { GgmlCheckpoint } from "../../../src/model/formats/ggml-checkpoint.js";
import { nameOfSource, openSource } from "../../../src/model/formats/open-source.js";
import { temporaryFolder } from "../temporary-folder.js";
import { thrownCode } from "../thrown-code.js";
import { type ForeignTensor, floats, writeCTranslate2, writeGgml } from "./foreign-files.js";

const folder = temporaryFolder();
const WEIGHT: ForeignTensor = {
  name: "decoder.blocks.0.cross_attn.query.weight",
  shape: [3, 2],
  type: 0,
  bytes: floats(1, 2, 3, 4, 5, 6),
};

test("ggml: the hub's names and shapes, rows of a tensor", () => {
  const file = join(folder, "ggml-small.bin");
  const bias = { ...WEIGHT, name: "encoder.conv1.bias", shape: [6, 1] };
  writeGgml(file, [WEIGHT, bias], { words: ["a", "é"] });
  const checkpoint = GgmlCheckpoint.open(file);
  const name = "model.decoder.layers.0.encoder_attn.q_proj.weight";
  expect(checkpoint.shapeOf(name)).toEqual([3, 2]);
  expect([...checkpoint.readFloats(name, 1, 3)]).toEqual([3, 4, 5, 6]);
  expect(checkpoint.shapeOf("model.encoder.conv1.bias")).toEqual([6]);
  expect(checkpoint.sizes).toMatchObject({ dModel: 64, nMels: 80, vocabularySize: 51_865 });
  expect(checkpoint.words.map(String)).toEqual(["a", "é"]);
});

test("CTranslate2: fused rows, scales of a row and of all, equal variables stored once", () => {
  const file = join(folder, "model.bin");
  writeCTranslate2(file, ctranslate2Variables(), {
    aliases: [["decoder/layer_0/self_attention/layer_norm/beta", "encoder/conv1/bias"]],
  });
  const checkpoint = CTranslate2Checkpoint.open(file);
  expect(checkpoint.sizes).toMatchObject({ dModel: 2, nMels: 1, encoderLayers: 0, decoderLayers: 1 });
  const attention = "model.decoder.layers.0.self_attn";
  // Rows 2 and 3 of the fused projection, stored as 8 bits, which its scales of 2 and 4 made of the weights.
  expect([...checkpoint.readFloats(`${attention}.k_proj.weight`)]).toEqual([2.5, 3, 1.75, 2]);
  expect(checkpoint.has(`${attention}.k_proj.bias`)).toBe(false);
  expect([...checkpoint.readFloats(`${attention}.v_proj.bias`)]).toEqual([5, 6]);
  expect([...checkpoint.readFloats("model.decoder.layers.0.fc1.weight")]).toEqual([10, -20, 30, 40]);
  expect([...checkpoint.readFloats(`${attention}_layer_norm.bias`)]).toEqual([1, 2]);
});

test("what a model is called", () => {
  expect(nameOfSource("x/ggml-base.en-q5_1.bin")).toBe("base.en-q5_1");
  expect(nameOfSource("x/faster-whisper-small/model.bin")).toBe("faster-whisper-small");
  expect(nameOfSource("x/whisper-small/")).toBe("whisper-small");
});

check("nothing there", "MODEL_NOT_FOUND", () => {});
check("an empty file", "MODEL_UNSUPPORTED", (path) => writeFileSync(path, ""));
check("another kind of file", "MODEL_UNSUPPORTED", (path) =>
  writeFileSync(path, "GGUF and so on, a hundred times"),
);
check("an empty folder", "MODEL_BROKEN", (path) => mkdirSync(path));
check("ggml cut short", "MODEL_BROKEN", (path) => {
  writeGgml(path, [WEIGHT]);
  truncateSync(path, readFileSync(path).length - 1);
});
check("ggml cut in its tokens", "MODEL_BROKEN", (path) => {
  writeGgml(path, []);
  truncateSync(path, 70);
});
check("ggml of nonsense sizes", "MODEL_BROKEN", (path) =>
  writeGgml(path, [], { sizes: Array.from({ length: 10 }, () => 0xffff_ffff) }),
);
check("ggml with K-quants", "MODEL_UNSUPPORTED", (path) => writeGgml(path, [{ ...WEIGHT, type: 12 }]));
check("ggml with fewer tokens than text has", "MODEL_BROKEN", (path) => writeGgml(path, [WEIGHT]));
check("CTranslate2 of another model", "MODEL_UNSUPPORTED", (path) =>
  writeCTranslate2(path, ctranslate2Variables(), { specification: "TransformerSpec" }),
);
check("a later CTranslate2", "MODEL_UNSUPPORTED", (path) =>
  writeCTranslate2(path, ctranslate2Variables(), { version: 7 }),
);
check("CTranslate2 cut short", "MODEL_BROKEN", (path) => {
  writeCTranslate2(path, ctranslate2Variables());
  truncateSync(path, readFileSync(path).length - 20);
});
check("CTranslate2 without a vocabulary", "MODEL_BROKEN", (path) =>
  writeCTranslate2(path, ctranslate2Variables()),
);
check("a converted model", "MODEL_UNSUPPORTED", () => {}, packagePath("models/whisper-base-int8"));

function check(name: string, code: string, write: (path: string) => void, path = join(folder, name)) {
  test(`refused: ${name}`, async () => {
    write(path);
    expect(await thrownCode(() => openSource(path).readSideFiles())).toBe(code);
  });
}

/** Width 2, one mel band, a decoder of one layer. */
function ctranslate2Variables(): ForeignTensor[] {
  const zeros = (name: string, ...shape: number[]): ForeignTensor => {
    const length = shape.reduce((product, n) => product * n, 1);
    return { name, shape, type: 0, bytes: floats(...new Array<number>(length).fill(0)) };
  };
  const linear = (name: string, outputs: number) => [
    zeros(`${name}/weight`, outputs, 2),
    zeros(`${name}/bias`, outputs),
  ];
  const norm = (name: string) => [zeros(`${name}/gamma`, 2), zeros(`${name}/beta`, 2)];
  const heads = Uint8Array.of(1, 0);
  const layer = "decoder/layer_0";
  return [
    { name: "encoder/num_heads", shape: [], type: 2, bytes: heads },
    { name: "decoder/num_heads", shape: [], type: 2, bytes: heads },
    zeros("encoder/conv1/weight", 2, 1, 3),
    { name: "encoder/conv1/bias", shape: [2], type: 0, bytes: floats(1, 2) },
    zeros("encoder/conv2/weight", 2, 2, 3),
    zeros("encoder/conv2/bias", 2),
    ...norm("encoder/layer_norm"),
    ...norm("decoder/layer_norm"),
    zeros("decoder/embeddings/weight", 51_865, 2),
    zeros("decoder/position_encodings/encodings", 448, 2),
    {
      name: `${layer}/self_attention/linear_0/weight`,
      shape: [6, 2],
      type: 1,
      bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    },
    {
      name: `${layer}/self_attention/linear_0/weight_scale`,
      shape: [6],
      type: 0,
      bytes: floats(1, 1, 2, 4, 1, 1),
    },
    { name: `${layer}/self_attention/linear_0/bias`, shape: [6], type: 0, bytes: floats(1, 2, 0, 0, 5, 6) },
    ...linear(`${layer}/self_attention/linear_1`, 2),
    zeros(`${layer}/self_attention/layer_norm/gamma`, 2),
    ...linear(`${layer}/attention/linear_0`, 2),
    ...linear(`${layer}/attention/linear_1`, 4),
    ...linear(`${layer}/attention/linear_2`, 2),
    ...norm(`${layer}/attention/layer_norm`),
    {
      name: `${layer}/ffn/linear_0/weight`,
      shape: [2, 2],
      type: 2,
      bytes: new Uint8Array(Int16Array.of(5, -10, 15, 20).buffer),
    },
    { name: `${layer}/ffn/linear_0/weight_scale`, shape: [], type: 0, bytes: floats(0.5) },
    zeros(`${layer}/ffn/linear_0/bias`, 2),
    ...linear(`${layer}/ffn/linear_1`, 2),
    ...norm(`${layer}/ffn/layer_norm`),
  ];
}
