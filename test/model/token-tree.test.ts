import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { TokenTree } from "../../src/model/token-tree.js";

describe("branches share places", () => {
  test("a copy holds the same, and each grows on by itself", () => {
    const tree = new TokenTree();
    for (let i = 0; i < 3; i++) tree.grow(0);
    tree.copy(0, 1);
    tree.grow(0);
    tree.grow(1);
    expect(tree.placesOf(0).slice(0, 3)).toEqual(tree.placesOf(1).slice(0, 3));
    expect(tree.placesOf(0)[3]).not.toBe(tree.placesOf(1)[3]);
    expect(tree.size).toBe(5);
  });

  test("what no branch holds any more is used again", () => {
    const tree = new TokenTree();
    for (let i = 0; i < 4; i++) tree.grow(0);
    tree.grow(1);
    tree.copy(1, 0);
    expect(tree.lengthOf(0)).toBe(1);
    expect(tree.sizeWith(4)).toBe(5);
    expect(tree.sizeWith(6)).toBe(7);
    for (let i = 0; i < 4; i++) tree.grow(0);
    expect(tree.size).toBe(5);
  });

  test("what is cut off a branch makes room in the order it came, and stays where another branch holds it", () => {
    const tree = new TokenTree();
    for (let i = 0; i < 5; i++) tree.grow(0);
    tree.copy(0, 1);
    tree.truncate(0, 2);
    expect(tree.placesOf(0)).toEqual([0, 1]);
    expect(tree.placesOf(1)).toEqual([0, 1, 2, 3, 4]);
    tree.truncate(1, 3);
    expect([tree.grow(0), tree.grow(0), tree.grow(0)]).toEqual([3, 4, 5]);
    tree.truncate(7, 0);
    tree.truncate(0, 9);
    expect(tree.lengthOf(0)).toBe(5);
  });

  test("a branch that is copied onto itself stays", () => {
    const tree = new TokenTree();
    tree.grow(0);
    tree.copy(0, 0);
    expect(tree.placesOf(0)).toEqual([0]);
    expect(tree.sizeWith(1)).toBe(2);
  });

  test("cleared, it begins anew", () => {
    const tree = new TokenTree();
    for (let i = 0; i < 4; i++) tree.grow(i % 2);
    tree.clear();
    expect(tree.size).toBe(0);
    expect(tree.lengthOf(1)).toBe(0);
    expect(tree.grow(1)).toBe(0);
  });
});

test("over random growth every branch reads back its own tokens, and no place is wasted", () => {
  const random = seededRandom(5);
  const rows = 5;
  const tree = new TokenTree();
  const expected: number[][] = Array.from({ length: rows }, () => []);
  /** What was written last at each place. */
  const pool: number[] = [];
  for (let step = 0; step < 200; step++) {
    for (let row = 0; row < rows; row++) {
      const token = step * rows + row;
      pool[tree.grow(row)] = token;
      expected[row]!.push(token);
    }
    while (random() < 0.6) {
      const [from, to] = [Math.floor(random() * rows), Math.floor(random() * rows)];
      tree.copy(from, to);
      expected[to] = [...expected[from]!];
    }
    for (const [row, tokens] of expected.entries()) {
      expect(tree.placesOf(row).map((place) => pool[place])).toEqual(tokens);
    }
  }
  const held = new Set(expected.flat()).size;
  expect(tree.sizeWith(tree.size - held)).toBe(tree.size);
});
