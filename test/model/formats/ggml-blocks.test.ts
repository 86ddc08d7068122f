import { expect, test } from "vitest";
import { GGML_TYPES } from "../../../src/model/formats/ggml-blocks.js";
import { float32ToFloat16 } from "../../../src/model/half-floats.js";

const SCALE = 0.25;
const MINIMUM = -1.5;
/** Numbers 0 to 31 and back, so that all bits of 5 are seen in both halves of a block. */
const BITS = Array.from({ length: 32 }, (_, i) => (i * 7) % 32);

check("q4_0", 2, [half(SCALE), fours(BITS)], (bits) => ((bits & 15) - 8) * SCALE);
check("q4_1", 3, [half(SCALE), half(MINIMUM), fours(BITS)], (bits) => (bits & 15) * SCALE + MINIMUM);
check("q5_0", 6, [half(SCALE), fifths(BITS), fours(BITS)], (bits) => (bits - 16) * SCALE);
check("q5_1", 7, [half(SCALE), half(MINIMUM), fifths(BITS), fours(BITS)], (bits) => bits * SCALE + MINIMUM);
check("q8_0", 8, [half(SCALE), BITS.map((bits) => (bits - 16) & 255)], (bits) => (bits - 16) * SCALE);

/** `block` is laid out by hand, number i and i + 16 in one byte of `fours`, as ggml's block_q* are. */
function check(name: string, number: number, block: number[][], expected: (bits: number) => number) {
  test(`${name}: two blocks, the second with twice the scale`, () => {
    const type = GGML_TYPES.get(number)!;
    expect(type.name).toBe(name);
    const first = block.flat();
    const second = [half(2 * SCALE), ...block.slice(1)].flat();
    expect(first).toHaveLength(type.blockBytes);
    const minimum = name.endsWith("_1") ? MINIMUM : 0;
    expect([...type.toFloats(Uint8Array.from([...first, ...second]))]).toEqual([
      ...BITS.map(expected),
      ...BITS.map((bits) => 2 * (expected(bits) - minimum) + minimum),
    ]);
  });
}

function half(value: number): number[] {
  return [...new Uint8Array(float32ToFloat16(Float32Array.of(value)).buffer)];
}

function fours(bits: readonly number[]): number[] {
  return bits.slice(0, 16).map((low, i) => (low & 15) | ((bits[i + 16]! & 15) << 4));
}

function fifths(bits: readonly number[]): number[] {
  const word = bits.reduce((sum, value, i) => sum + (value >> 4) * 2 ** i, 0);
  return [...new Uint8Array(Uint32Array.of(word).buffer)];
}
