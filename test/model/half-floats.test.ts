import { describe, expect, test } from "vitest";
import { bfloat16ToFloat32, float16ToFloat32, float32ToFloat16 } from "../../src/model/half-floats.js";

const POSITIVE_INFINITY_BITS = 0x7c00;
const ALL_BITS = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);

describe("half to single", () => {
  check("zero", 0x0000, 0);
  check("one", 0x3c00, 1);
  check("minus two", 0xc000, -2);
  check("a third", 0x3555, 0.333251953125);
  check("largest", 0x7bff, 65_504);
  check("smallest normal", 0x0400, 2 ** -14);
  check("largest subnormal", 0x03ff, 2 ** -14 - 2 ** -24);
  check("smallest subnormal", 0x8001, -(2 ** -24));
  check("infinity", 0xfc00, Number.NEGATIVE_INFINITY);
  check("no number", 0x7e01, Number.NaN);
  check("minus zero", 0x8000, -0);

  function check(name: string, bits: number, value: number) {
    test(name, () => expect(float16ToFloat32(Uint16Array.of(bits))[0]).toBe(value));
  }
});

describe("single to half", () => {
  check("a tie goes down to even", 2049, 2048);
  check("a tie goes up to even", 2051, 2052);
  check("below a tie", 2050.999, 2050);
  check("above a tie", 2049.001, 2050);
  check("a carry into the exponent", 4095.5, 4096);
  check("what rounds to the largest", 65_519.99, 65_504);
  check("the first that is too large", 65_520, Number.POSITIVE_INFINITY);
  check("far too large", -1e30, Number.NEGATIVE_INFINITY);
  check("infinity", Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);
  check("a carry from subnormal to normal", 2 ** -14 - 2 ** -26, 2 ** -14);
  check("half of the smallest is a tie with zero", 2 ** -25, 0);
  check("more than half of the smallest", 2 ** -25 * 1.0001, 2 ** -24);
  check("one and a half of the smallest is a tie", 1.5 * 2 ** -24, 2 ** -23);
  check("a subnormal single", 2 ** -140, 0);
  check("minus zero", -0, -0);
  check("no number", Number.NaN, Number.NaN);

  function check(name: string, value: number, rounded: number) {
    test(name, () => expect(roundTrip(value)).toBe(rounded));
  }
});

test("every half comes back as it was", () => {
  const back = float32ToFloat16(float16ToFloat32(ALL_BITS));
  const isNan = (bits: number) => (bits & 0x7fff) > POSITIVE_INFINITY_BITS;
  const wrong = ALL_BITS.filter((bits) => (isNan(bits) ? !isNan(back[bits]!) : back[bits] !== bits));
  expect([...wrong]).toEqual([]);
});

test("between any two neighbours: the middle to the even one, all else to the nearer", () => {
  const values = float16ToFloat32(ALL_BITS.subarray(0, POSITIVE_INFINITY_BITS));
  const wrong: number[] = [];
  for (let low = 0; low < POSITIVE_INFINITY_BITS - 1; low++) {
    const middle = Float32Array.of((values[low]! + values[low + 1]!) / 2);
    const bits = new Uint32Array(middle.buffer)[0]!;
    const around = new Float32Array(Uint32Array.of(bits - 1, bits, bits + 1).buffer);
    const even = low % 2 === 0 ? low : low + 1;
    const [below, tie, above] = float32ToFloat16(around);
    if (below !== low || tie !== even || above !== low + 1) wrong.push(low);
  }
  expect(wrong).toEqual([]);
});

test("a view into a larger buffer is read from its own start", () => {
  expect([...float32ToFloat16(Float32Array.of(5, 1, -2).subarray(1))]).toEqual([0x3c00, 0xc000]);
});

test("bfloat16 is the upper half of a single", () => {
  const values = bfloat16ToFloat32(Uint16Array.of(0x3f80, 0xc040, 0x0001, 0x7f80, 0x7fc0));
  expect([...values]).toEqual([1, -3, 2 ** -133, Number.POSITIVE_INFINITY, Number.NaN]);
});

function roundTrip(value: number): number {
  return float16ToFloat32(float32ToFloat16(Float32Array.of(value)))[0]!;
}
