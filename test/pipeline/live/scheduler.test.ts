import { describe, expect, test } from "vitest";
import { type ChannelWork, nextCheck, nextFinal, nextPartial } from "../../../src/pipeline/live/scheduler.js";

const IDLE: ChannelWork = {
  waitsSinceSeconds: undefined,
  maySpeculate: false,
  unheardSeconds: 0,
  uncheckedSeconds: 0,
};
const work = (some: Partial<ChannelWork>): ChannelWork => ({ ...IDLE, ...some });

describe("final texts", () => {
  test("nothing waits, nothing is done", () => {
    expect(nextFinal([IDLE, IDLE], "normal")).toBeUndefined();
  });

  test("the utterance that ended first comes first, whichever channel it is of", () => {
    const channels = [work({ waitsSinceSeconds: 12 }), work({ waitsSinceSeconds: 10 })];
    expect(nextFinal(channels, "normal")).toEqual({ type: "final", channel: 1 });
  });

  test("what has ended comes before what may be about to", () => {
    const channels = [work({ maySpeculate: true }), work({ waitsSinceSeconds: 10 })];
    expect(nextFinal(channels, "normal")).toEqual({ type: "final", channel: 1 });
  });

  test("a pause is used, but not on a machine that is too slow", () => {
    const channels = [IDLE, work({ maySpeculate: true })];
    expect(nextFinal(channels, "normal")).toEqual({ type: "speculation", channel: 1 });
    expect(nextFinal(channels, "fewer-partials")).toBeUndefined();
    expect(nextFinal(channels, "greedy-finals")).toBeUndefined();
  });
});

describe("checks", () => {
  const channels = [work({ uncheckedSeconds: 0.9 }), work({ uncheckedSeconds: 1.2 })];

  test("are made of the channel that has waited longest, once there is something new to hear", () => {
    expect(nextCheck(channels, "normal", false)).toBe(1);
    expect(nextCheck([work({ uncheckedSeconds: 0.7 }), IDLE], "normal", false)).toBeUndefined();
  });

  test("are not made beside a final text, nor on a machine that is too slow", () => {
    expect(nextCheck(channels, "normal", true)).toBeUndefined();
    expect(nextCheck(channels, "fewer-partials", false)).toBeUndefined();
  });
});

describe("hypotheses", () => {
  test("wait for new audio, for more of it on a slow machine", () => {
    const heard = (unheardSeconds: number) => [work({ unheardSeconds })];
    expect(nextPartial(heard(0.2), "normal", false)).toBeUndefined();
    expect(nextPartial(heard(0.4), "normal", false)).toBe(0);
    expect(nextPartial(heard(0.4), "fewer-partials", false)).toBeUndefined();
    expect(nextPartial(heard(2), "fewer-partials", false)).toBe(0);
    expect(nextPartial(heard(2), "greedy-finals", false)).toBeUndefined();
    expect(nextPartial(heard(10), "greedy-finals", false)).toBe(0);
  });

  test("wait for more of it where they would hold up a final text", () => {
    expect(nextPartial([work({ unheardSeconds: 0.4 })], "normal", true)).toBeUndefined();
    expect(nextPartial([work({ unheardSeconds: 1 })], "normal", true)).toBe(0);
  });

  test("two channels that talk at once take turns", () => {
    const unheard = [0, 0];
    const turns: number[] = [];
    for (let step = 0; step < 40; step++) {
      for (const channel of [0, 1]) unheard[channel]! += 0.2;
      const channel = nextPartial(
        unheard.map((unheardSeconds) => work({ unheardSeconds })),
        "normal",
        false,
      );
      if (channel === undefined) continue;
      unheard[channel] = 0;
      turns.push(channel);
    }
    const first = turns.filter((channel) => channel === 0).length;
    expect(Math.abs(turns.length - 2 * first)).toBeLessThanOrEqual(1);
  });
});
