import { describe, expect, test } from "vitest";
import { SaidBefore, type SaidUtterance } from "../../../src/pipeline/live/said-before.js";
import { SAMPLE_RATE_HZ } from "../../../src/units.js";

const FIRST_TIMESTAMP = 50_364;

/** An utterance of one segment that fills it. */
function said(
  startSeconds: number,
  endSeconds: number,
  tokens: readonly number[],
  isSure = true,
): SaidUtterance {
  const bounds = { startSample: startSeconds * SAMPLE_RATE_HZ, endSample: endSeconds * SAMPLE_RATE_HZ };
  return { ...bounds, segments: [{ ...bounds, tokens }], isSure };
}

function contextOf(utterances: readonly SaidUtterance[], startSeconds: number, endSeconds: number) {
  const before = new SaidBefore();
  for (const utterance of utterances) before.add(utterance);
  return before.contextOf(startSeconds * SAMPLE_RATE_HZ, endSeconds * SAMPLE_RATE_HZ, FIRST_TIMESTAMP);
}

describe("what an utterance is decoded behind", () => {
  test("is what was said just before, between its timestamps in the window's time", () => {
    const context = contextOf([said(10, 12, [1, 2]), said(12.5, 14, [3])], 15, 18);
    expect(context?.startSample).toBe(10 * SAMPLE_RATE_HZ);
    const at = (seconds: number) => FIRST_TIMESTAMP + seconds * 50;
    expect(context?.tokens).toEqual([at(0), 1, 2, at(2), at(2.5), 3, at(4)]);
  });

  test.each([
    ["there was nothing", [], 15, 18],
    ["a long pause lies between", [said(10, 12, [1])], 15.1, 18],
    ["the text before is doubtful", [said(10, 12, [1]), said(12.5, 14, [2], false)], 15, 18],
    ["both have no room in one window", [said(1, 12, [1])], 13, 31.1],
    ["there is too much text", [said(10, 12, new Array<number>(120).fill(1))], 15, 18],
  ] as const)("is nothing where %s", (_, utterances, startSeconds, endSeconds) => {
    expect(contextOf(utterances, startSeconds, endSeconds)).toBeUndefined();
  });

  test("leaves out the oldest that have no room", () => {
    const context = contextOf([said(0, 10, [1]), said(11, 20, [2])], 21, 35);
    expect(context?.startSample).toBe(11 * SAMPLE_RATE_HZ);
    expect(context?.tokens.filter((token) => token < FIRST_TIMESTAMP)).toEqual([2]);
  });

  test("of a doubtful text before a sure one is the sure one alone", () => {
    const context = contextOf([said(8, 10, [1], false), said(11, 14, [2])], 15, 18);
    expect(context?.tokens.filter((token) => token < FIRST_TIMESTAMP)).toEqual([2]);
  });

  test("does not grow for hours", () => {
    const hour = Array.from({ length: 1000 }, (_, i) => said(4 * i, 4 * i + 3, [i]));
    const context = contextOf(hour, 4000, 4003);
    expect(context!.startSample).toBeGreaterThanOrEqual(3973 * SAMPLE_RATE_HZ);
  });
});
