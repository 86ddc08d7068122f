import { describe, expect, test } from "vitest";
import { LeakTracker } from "../../../src/dsp/echo/leak-tracker.js";

/** Looks as `lag × ratio`; returns the lag believed in after each. */
function follow(looks: readonly (readonly [number, number])[], isEager = false): (number | undefined)[] {
  const tracker = new LeakTracker(isEager);
  return looks.map(([lagSamples, peakRatio]) => {
    tracker.push({ lagSamples, peakRatio, gain: 0.5 });
    return tracker.leak?.lagSamples;
  });
}

function repeated(count: number, lagSamples: number, peakRatio: number): [number, number][] {
  return Array.from({ length: count }, () => [lagSamples, peakRatio]);
}

test("a high peak is believed at the third look", () => {
  expect(follow(repeated(3, 300, 20))).toEqual([undefined, undefined, 300]);
});

test("a low one at the eighth", () => {
  expect(follow(repeated(8, 300, 10)).indexOf(300)).toBe(7);
});

test("the first one, by who is eager", () => {
  expect(follow([[300, 10]], true)).toEqual([300]);
});

test("peaks that wander are nothing", () => {
  const wandering = Array.from({ length: 40 }, (_, i): [number, number] => [i * 50, 20]);
  expect(new Set(follow(wandering))).toEqual(new Set([undefined]));
});

describe("a leak that moves is followed", () => {
  test("by a jump: as soon as it would be believed in", () => {
    const places = follow([...repeated(3, 300, 20), ...repeated(8, 900, 20)]);
    expect(places.lastIndexOf(300)).toBe(4);
    expect(places.at(-1)).toBe(900);
  });

  test("slowly: without starting over, until it is far from where it was found", () => {
    const tracker = new LeakTracker(true);
    const restarts = Array.from({ length: 400 }, (_, i) =>
      tracker.push({ lagSamples: 300 + i, peakRatio: 20, gain: 1 }) ? i : -1,
    );
    expect(restarts.filter((at) => at >= 0)).toEqual([0, 129, 258, 387]);
    expect(tracker.leak?.lagSamples).toBe(699);
  });
});

test("one not seen for ten seconds of sound is forgotten", () => {
  const places = follow([...repeated(3, 300, 20), ...repeated(160, 77, 4)]);
  expect(places.at(-2)).toBe(300);
  expect(places.at(-1)).toBeUndefined();
});
