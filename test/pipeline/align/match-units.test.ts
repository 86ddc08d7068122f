import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import { matchUnits } from "../../../src/pipeline/align/match-units.js";

describe("partners", () => {
  check("the same", "a b c d", "a b c d", [0, 1, 2, 3]);
  check("one misheard", "a b c d", "a x c d", [0, 1, 2, 3]);
  check("one not heard", "a b c d", "a c d", [0, -1, 1, 2]);
  check("one heard too much", "a c d", "a b c d", [0, 2, 3]);
  check("more at both ends", "b c d", "x y b c d z", [2, 3, 4]);
  check("more given at both ends", "x y b c d z", "b c d", [-1, -1, 0, 1, 2, -1]);
  check("repetition", "a a a b a a a", "a a a a a a", [0, 1, 2, -1, 3, 4, 5]);
  check("nothing heard", "a b", "", [-1, -1]);
  check("nothing given", "", "a b", []);
});

test("a stretch in the wrong order does not pull the rest along", () => {
  const words = Array.from({ length: 40 }, (_, i) => `w${i}`);
  const heard = [...words.slice(0, 10), ...words.slice(30, 35), ...words.slice(10)];
  const partners = matchUnits(words, heard);
  expect([...partners.slice(0, 10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...partners.slice(10)]).toEqual(Array.from({ length: 30 }, (_, i) => 15 + i));
});

test("an hour with every tenth word misheard: in a moment, and right", () => {
  const random = seededRandom(2);
  const given = Array.from({ length: 10_000 }, () => `w${Math.floor(random() ** 3 * 3000)}`);
  const heard = given.map((word, i) => (i % 10 === 4 ? `x${word}` : word));
  const began = performance.now();
  const partners = matchUnits(given, heard);
  expect(performance.now() - began).toBeLessThan(5000);
  expect([...partners].filter((partner, i) => partner === i).length).toBeGreaterThan(9990);
});

test("partners rise, whatever the texts", () => {
  const random = seededRandom(3);
  const text = (length: number) => Array.from({ length }, () => `w${Math.floor(random() * 12)}`);
  for (let round = 0; round < 200; round++) {
    const given = text(Math.floor(random() * 30));
    const heard = text(Math.floor(random() * 30));
    const partners = [...matchUnits(given, heard)].filter((partner) => partner >= 0);
    for (const [i, partner] of partners.entries()) {
      expect(partner).toBeGreaterThan(partners[i - 1] ?? -1);
      expect(partner).toBeLessThan(heard.length);
    }
  }
});

function check(name: string, given: string, heard: string, expected: number[]): void {
  const units = (text: string) => text.split(" ").filter((unit) => unit !== "");
  test(name, () => expect([...matchUnits(units(given), units(heard))]).toEqual(expected));
}
