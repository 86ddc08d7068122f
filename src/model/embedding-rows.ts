/** The 8-bit token embedding with a token's numbers side by side: the checkpoint has them side by side for the vocabulary's product. */
import { discardBuffers } from "./discard.js";
import { Tensor } from "./ort.js";
import type { Safetensors } from "./safetensors.js";
import { EMBEDDING, EMBEDDING_REST, rowsInput } from "./vocabulary.js";

/** Numbers of each token that are moved together, a line of the cache. */
const SLAB_ROWS = 64;

/** What the decoder's graph is fed for it (vocabulary.ts): the same numbers, in this process once more. Nothing for float models. */
export function embeddingRows(weights: Safetensors): Record<string, Tensor> {
  const names = [EMBEDDING, EMBEDDING_REST].filter((name) => {
    return weights.has(`${name}.weight`) && weights.entry(`${name}.weight`).dtype === "I8";
  });
  return Object.fromEntries(names.map((name) => [rowsInput(name), transposed(weights, `${name}.weight`)]));
}

/** [columns, rows] of a tensor [rows, columns], rows being a multiple of 4. */
function transposed(weights: Safetensors, name: string): Tensor {
  const [rows, columns] = weights.shapeOf(name) as [number, number];
  const bytes = new Int8Array(rows * columns);
  // Four at a time.
  const words = new Int32Array(bytes.buffer);
  const wordsPerColumn = rows / 4;
  const whole = new Uint8Array(Math.min(SLAB_ROWS, rows) * columns);
  for (let from = 0; from < rows; from += SLAB_ROWS) {
    const slab = whole.subarray(0, (rows - from) * columns);
    weights.readInto(slab, name, from);
    for (let column = 0; column < columns; column++) {
      let word = column * wordsPerColumn + from / 4;
      for (let at = column; at < slab.length; at += 4 * columns) {
        const [a, b] = [slab[at]!, slab[at + columns]!];
        const [c, d] = [slab[at + 2 * columns]!, slab[at + 3 * columns]!];
        words[word++] = a | (b << 8) | (c << 16) | (d << 24);
      }
    }
  }
  discardBuffers([whole]);
  return new Tensor("int8", bytes, [columns, rows]);
}
