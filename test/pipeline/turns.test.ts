import { expect, test } from "vitest";
import { Turns } from "../../src/pipeline/turns.js";
import { segment } from "../output/segments.js";

test("what is said first comes first, as soon as nothing earlier can come, numbered in that order", () => {
  const turns = new Turns();
  const add = (startSeconds: number, speaker: string) => turns.add(segment({ startSeconds, speaker, id: 7 }));
  const take = (settledSeconds: number) =>
    turns.take(settledSeconds).map(({ id, startSeconds, speaker }) => `${id} ${startSeconds} ${speaker}`);
  add(0, "A");
  add(12, "A");
  expect(take(3)).toEqual(["0 0 A"]);
  add(5, "B");
  expect(take(4.9)).toEqual([]);
  add(4.9, "C");
  expect(take(5)).toEqual(["1 4.9 C", "2 5 B"]);
  add(11, "B");
  expect(take(Number.POSITIVE_INFINITY)).toEqual(["3 11 B", "4 12 A"]);
  expect(take(Number.POSITIVE_INFINITY)).toEqual([]);
});

test("of one channel, in its order", () => {
  const turns = new Turns();
  for (const text of ["one", "two", "three"]) turns.add(segment({ startSeconds: 1, text }));
  expect(turns.take(1).map(({ text }) => text)).toEqual(["one", "two", "three"]);
});
