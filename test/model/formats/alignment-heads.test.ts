import { expect, test } from "vitest";
import { publishedAlignmentHeads } from "../../../src/model/formats/alignment-heads.js";

// First head, last head and how many, of the lists in OpenAI's generation_config.json on the hub.
test.each([
  ["tiny.en", [4, 4, 384, 80], false, [1, 0], [3, 4], 8],
  ["base", [6, 6, 512, 80], true, [3, 1], [5, 6], 8],
  ["small.en", [12, 12, 768, 80], false, [6, 6], [11, 4], 19],
  ["medium", [24, 24, 1024, 80], true, [13, 15], [23, 4], 6],
  ["ggml-large-v1.bin", [32, 32, 1280, 80], true, [9, 19], [23, 15], 9],
  ["ggml-large-v2-q5_0.bin", [32, 32, 1280, 80], true, [10, 12], [27, 15], 23],
  ["large-v3", [32, 32, 1280, 128], true, [7, 0], [25, 6], 10],
  ["large-v3-turbo", [32, 4, 1280, 128], true, [2, 4], [3, 14], 6],
] as const)(
  "%s",
  (file, [encoderLayers, decoderLayers, dModel, nMels], isMultilingual, first, last, count) => {
    const heads = publishedAlignmentHeads(
      sizes(encoderLayers, decoderLayers, dModel, nMels),
      isMultilingual,
      file,
    );
    expect([heads[0], heads.at(-1), heads.length]).toEqual([first, last, count]);
  },
);

test.each([
  ["distil-small.en", [12, 4, 768, 80]],
  ["distil-large-v3", [32, 2, 1280, 128]],
  ["a size of nobody's", [7, 7, 640, 80]],
] as const)("%s has none", (file, [encoderLayers, decoderLayers, dModel, nMels]) => {
  expect(publishedAlignmentHeads(sizes(encoderLayers, decoderLayers, dModel, nMels), true, file)).toEqual([]);
});

function sizes(encoderLayers: number, decoderLayers: number, dModel: number, nMels: number) {
  const heads = dModel / 64;
  return {
    nMels,
    dModel,
    encoderLayers,
    decoderLayers,
    encoderHeads: heads,
    decoderHeads: heads,
    vocabularySize: 51_865,
    maxAudioPositions: 1500,
    maxTextPositions: 448,
  };
}
