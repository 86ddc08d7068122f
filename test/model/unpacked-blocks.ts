/** The plain way back from packed 4-bit weights. */
import { BLOCK_BYTES, BLOCK_INPUTS, type BlockWeight } from "../../src/model/quantise-blocks.js";

/** @see https://github.com/microsoft/onnxruntime/blob/v1.22.0/docs/ContribOperators.md#com.microsoft.MatMulNBits */
export function unpacked({ packed, scales }: BlockWeight): Float32Array {
  return Float32Array.from({ length: scales.length * BLOCK_INPUTS }, (_, i) => {
    const block = Math.floor(i / BLOCK_INPUTS);
    const byte = packed[block * BLOCK_BYTES + ((i % BLOCK_INPUTS) >> 1)]!;
    return ((i % 2 === 0 ? byte & 15 : byte >> 4) - 8) * scales[block]!;
  });
}
