/**
 * Tensor types of whisper.cpp's files, as float32. Pure.
 * Source of the block formats: https://github.com/ggml-org/whisper.cpp/blob/v1.7.6/ggml/src/ggml-common.h (block_q4_0 …) and
 * ggml-quants.c (dequantize_row_q4_0 …).
 */
import { float16ToFloat32 } from "../half-floats.js";

/** Numbers of a block: they share a scale. */
export const BLOCK_NUMBERS = 32;
const HALF_BLOCK = BLOCK_NUMBERS / 2;

export interface GgmlType {
  readonly name: string;
  /** Numbers that are stored together, and their bytes. */
  readonly blockNumbers: number;
  readonly blockBytes: number;
  /** `bytes` holds whole blocks and begins at a multiple of four bytes of its buffer. */
  readonly toFloats: (bytes: Uint8Array) => Float32Array;
}

/** By the number that stands for it in a file. */
export const GGML_TYPES: ReadonlyMap<number, GgmlType> = new Map([
  [0, { name: "f32", blockNumbers: 1, blockBytes: 4, toFloats: float32 }],
  [1, { name: "f16", blockNumbers: 1, blockBytes: 2, toFloats: float16 }],
  [2, blockType("q4_0", 4, { hasMinimum: false })],
  [3, blockType("q4_1", 4, { hasMinimum: true })],
  [6, blockType("q5_0", 5, { hasMinimum: false })],
  [7, blockType("q5_1", 5, { hasMinimum: true })],
  [8, { name: "q8_0", blockNumbers: BLOCK_NUMBERS, blockBytes: 2 + BLOCK_NUMBERS, toFloats: bytesOfEight }],
]);

/** What else a file may hold, only to name it in an error. */
export const OTHER_GGML_TYPES: ReadonlyMap<number, string> = new Map([
  [9, "q8_1"],
  [10, "q2_K"],
  [11, "q3_K"],
  [12, "q4_K"],
  [13, "q5_K"],
  [14, "q6_K"],
  [15, "q8_K"],
  [30, "bf16"],
]);

function float32({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array {
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

function float16({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array {
  return float16ToFloat32(new Uint16Array(buffer, byteOffset, byteLength / 2));
}

/**
 * Blocks of: scale (half), minimum (half, where there is one), fifth bits (32 of them, where there are five), then four bits each, of
 * numbers i and i + 16 in one byte. A number is scale × bits + minimum; without one, bits count from the middle of their range.
 */
function blockType(name: string, bits: 4 | 5, { hasMinimum }: { hasMinimum: boolean }): GgmlType {
  const headBytes = hasMinimum ? 4 : 2;
  const fifthBytes = bits === 5 ? 4 : 0;
  const blockBytes = headBytes + fifthBytes + HALF_BLOCK;
  const middle = hasMinimum ? 0 : 1 << (bits - 1);
  const toFloats = (bytes: Uint8Array) => {
    const blocks = bytes.length / blockBytes;
    const heads = halves(bytes, blocks, blockBytes, headBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const out = new Float32Array(blocks * BLOCK_NUMBERS);
    for (let block = 0; block < blocks; block++) {
      const [scale, minimum] = hasMinimum ? [heads[2 * block]!, heads[2 * block + 1]!] : [heads[block]!, 0];
      const start = block * blockBytes + headBytes;
      const fifth = bits === 5 ? view.getUint32(start, true) : 0;
      for (let i = 0; i < HALF_BLOCK; i++) {
        const byte = bytes[start + fifthBytes + i]!;
        const low = (byte & 15) | (((fifth >>> i) & 1) << 4);
        const high = (byte >> 4) | (((fifth >>> (i + HALF_BLOCK)) & 1) << 4);
        const at = block * BLOCK_NUMBERS + i;
        out[at] = (low - middle) * scale + minimum;
        out[at + HALF_BLOCK] = (high - middle) * scale + minimum;
      }
    }
    return out;
  };
  return { name, blockNumbers: BLOCK_NUMBERS, blockBytes, toFloats };
}

/** q8_0: a scale (half), then 32 signed bytes. */
function bytesOfEight(bytes: Uint8Array): Float32Array {
  const blockBytes = 2 + BLOCK_NUMBERS;
  const blocks = bytes.length / blockBytes;
  const scales = halves(bytes, blocks, blockBytes, 2);
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(blocks * BLOCK_NUMBERS);
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < BLOCK_NUMBERS; i++)
      out[block * BLOCK_NUMBERS + i] = signed[block * blockBytes + 2 + i]! * scales[block]!;
  }
  return out;
}

/** The half-precision numbers that each block begins with, `headBytes` of them. */
function halves(bytes: Uint8Array, blocks: number, blockBytes: number, headBytes: number): Float32Array {
  const count = headBytes / 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = Uint16Array.from({ length: blocks * count }, (_, i) =>
    view.getUint16(Math.floor(i / count) * blockBytes + (i % count) * 2, true),
  );
  return float16ToFloat32(bits);
}
