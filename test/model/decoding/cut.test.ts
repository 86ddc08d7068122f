/** What the decoders do with a sequence that the loop guard has cut. */
import { expect, test } from "vitest";
import { BeamSearch } from "../../../src/model/decoding/beam-search.js";
import { Sampling } from "../../../src/model/decoding/sampling.js";
import { GreedyDecoder, type LoopCut } from "../../../src/model/decoding/token-decoder.js";

const END = 9;
const CUT: LoopCut = { tokens: [3, 20], length: 1, endSeconds: 1, isAllLoop: false };
const of = (...choices: [token: number, logprob: number][]) => ({
  tokens: choices.map(([token]) => token),
  logprobs: choices.map(([, logprob]) => logprob),
});

test("greedy: it ends there, with the sum as it was", () => {
  const decoder = new GreedyDecoder(END);
  for (const logprob of [-0.5, -0.25, -0.125]) decoder.advance([of([3, logprob])]);
  decoder.cut(0, CUT);
  expect(decoder.isDone).toBe(true);
  expect(decoder.results()).toEqual([{ tokens: [3, 20], sumLogprob: -0.5, sums: [-0.5], cut: CUT }]);
});

test("sampling: a sequence that ended by itself counts before one that was cut", () => {
  const decoder = new Sampling(2, END);
  decoder.advance([of([3, -1]), of([4, -2])]);
  decoder.cut(0, CUT);
  expect(decoder.active.map(({ row }) => row)).toEqual([1]);
  decoder.advance([of([3, 0]), of([END, -2])]);
  expect(decoder.isDone).toBe(true);
  expect(decoder.results().map(({ tokens, sumLogprob }) => ({ tokens, sumLogprob }))).toEqual([
    { tokens: [4], sumLogprob: -4 },
  ]);
});

test("sampling: where all were cut, what is left of them", () => {
  const decoder = new Sampling(2, END);
  decoder.advance([of([3, -1]), of([3, -1])]);
  for (const row of [0, 1]) decoder.cut(row, CUT);
  expect(decoder.isDone).toBe(true);
  expect(decoder.results()).toEqual(
    [0, 1].map(() => ({ tokens: [3, 20], sumLogprob: -1, sums: [-1], cut: CUT })),
  );
});

test("beam search: the others take its place", () => {
  const decoder = new BeamSearch(2, 1, END);
  decoder.advance([of([3, -1], [4, -2], [5, -3])]);
  const [best, other] = decoder.active;
  decoder.cut(best!.row, CUT);
  expect(decoder.isDone).toBe(false);
  expect(decoder.active).toEqual([other]);
  const choices = [of([6, -1], [7, -2], [8, -3]), of([6, -1], [7, -2], [8, -3])];
  const copies = decoder.advance(choices);
  expect(decoder.active.map(({ tokens }) => tokens)).toEqual([
    [4, 6],
    [4, 7],
  ]);
  expect(copies).toEqual([{ from: other!.row, to: best!.row }]);
  expect(decoder.results().every(({ cut }) => cut === undefined)).toBe(true);
});

test("beam search: without another it is done, and what is left counts", () => {
  const decoder = new BeamSearch(2, 1, END);
  decoder.advance([of([3, -1], [4, -2], [5, -3])]);
  for (const { row } of decoder.active) decoder.cut(row, CUT);
  expect(decoder.isDone).toBe(true);
  expect(decoder.results().map(({ cut }) => cut)).toEqual([CUT, CUT]);
});
