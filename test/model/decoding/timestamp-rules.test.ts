/** The table of openai/whisper decoding.py:441-492, and a straight port of it on random sequences. */
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import { firstConstraintAfter, nextTokenConstraint } from "../../../src/model/decoding/timestamp-rules.js";

/** A vocabulary of 10 text tokens, the end token, 2 other special ones and the timestamps. */
const END = 10;
const FIRST_TIMESTAMP = 13;
const VOCABULARY = FIRST_TIMESTAMP + 1501;
const at = (seconds: number) => FIRST_TIMESTAMP + Math.round(seconds * 50);

describe("what may come next", () => {
  check("at the start: a timestamp within the first second", [], {
    text: false,
    special: false,
    from: 0,
    to: 1,
  });
  check("after the first start: text, or the end", [at(0.4)], { text: true, special: true });
  check("in text: the end of the segment, later than its start", [at(0.4), 1], {
    text: true,
    special: true,
    from: 0.42,
    to: 30,
  });
  check("in text that began without a timestamp: any", [1, 2], {
    text: true,
    special: true,
    from: 0,
    to: 30,
  });
  check("after an end: the next start, the same or later, or the end", [at(0.4), 1, at(2)], {
    text: false,
    special: true,
    from: 2,
    to: 30,
  });
  check("after a start: text, or the end", [at(0.4), 1, at(2), at(3)], { text: true, special: true });
  check("in the next text: later than its start", [at(0.4), 1, at(2), at(3), 5], {
    text: true,
    special: true,
    from: 3.02,
    to: 30,
  });
  check("after the last timestamp there is: it may begin the next segment", [at(0), 1, at(30)], {
    text: false,
    special: true,
    from: 30,
    to: 30,
  });
  check("in text that began at the last timestamp: none is left", [at(0), 1, at(30), at(30), 2], {
    text: true,
    special: true,
  });

  interface Expected {
    readonly text: boolean;
    readonly special: boolean;
    /** Seconds, both inclusive; left out: no timestamp. */
    readonly from?: number;
    readonly to?: number;
  }

  function check(name: string, sampled: readonly number[], { text, special, from, to }: Expected) {
    test(name, () => {
      const constraint = nextTokenConstraint(sampled, FIRST_TIMESTAMP);
      expect(constraint).toMatchObject({ textAllowed: text, specialAllowed: special });
      const allowed = allowedTokens(sampled).filter((token) => token >= FIRST_TIMESTAMP);
      if (from === undefined || to === undefined) expect(allowed).toEqual([]);
      else expect([allowed[0], allowed.at(-1)]).toEqual([at(from), at(to)]);
    });
  }
});

test.each([
  ["where what is new begins", [at(0), 1, at(2)], 3.4, 3.4],
  ["where what is known ends", [at(0), 1, at(4)], 3.4, 4],
] as const)("behind known segments: a timestamp from %s on, within a second", (_, said, fromSeconds, low) => {
  expect(firstConstraintAfter(said, fromSeconds, FIRST_TIMESTAMP)).toEqual({
    textAllowed: false,
    specialAllowed: false,
    timestampLow: Math.round(low * 50),
    timestampHigh: Math.round((low + 1) * 50),
  });
});

test("random sequences that keep to the rules: the same tokens as the reference at every step", () => {
  const random = seededRandom(8);
  let checked = 0;
  for (let run = 0; run < 60; run++) {
    const sampled: number[] = [];
    for (let step = 0; step < 12; step++) {
      const allowed = allowedTokens(sampled);
      expect(allowed).toEqual(referenceTokens(sampled));
      checked++;
      const kinds = [allowed.filter((t) => t < END), allowed.filter((t) => t >= FIRST_TIMESTAMP)];
      const wanted = kinds.filter((kind) => kind.length > 0);
      if (wanted.length === 0) break;
      const kind = wanted[Math.floor(random() * wanted.length)]!;
      // Towards the low end, so that a sequence has room to go on.
      sampled.push(kind[Math.floor(random() ** 3 * kind.length)]!);
    }
  }
  expect(checked).toBeGreaterThan(300);
});

function allowedTokens(sampled: readonly number[]): number[] {
  const { textAllowed, specialAllowed, timestampLow, timestampHigh } = nextTokenConstraint(
    sampled,
    FIRST_TIMESTAMP,
  );
  return Array.from({ length: VOCABULARY }, (_, token) => token).filter((token) => {
    if (token < END) return textAllowed;
    if (token < FIRST_TIMESTAMP) return specialAllowed;
    return token - FIRST_TIMESTAMP >= timestampLow && token - FIRST_TIMESTAMP <= timestampHigh;
  });
}

/** Slices of logits set to -∞ in the order of the reference. */
function referenceTokens(sampled: readonly number[]): number[] {
  const allowed = new Array<boolean>(VOCABULARY).fill(true);
  const forbid = (start: number, end: number) => allowed.fill(false, start, end);
  const isTimestamp = (token: number | undefined) => token !== undefined && token >= FIRST_TIMESTAMP;
  const lastWas = isTimestamp(sampled.at(-1));
  const penultimateWas = sampled.length < 2 || isTimestamp(sampled.at(-2));
  if (lastWas && penultimateWas) forbid(FIRST_TIMESTAMP, VOCABULARY);
  else if (lastWas) forbid(0, END);
  const last = sampled.filter(isTimestamp).at(-1);
  if (last !== undefined) forbid(FIRST_TIMESTAMP, lastWas && !penultimateWas ? last : last + 1);
  if (sampled.length === 0) {
    forbid(0, FIRST_TIMESTAMP);
    forbid(FIRST_TIMESTAMP + 50 + 1, VOCABULARY);
  }
  return allowed.flatMap((isAllowed, token) => (isAllowed ? [token] : []));
}
