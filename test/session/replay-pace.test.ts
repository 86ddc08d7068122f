import { expect, test } from "vitest";
import { ReplayPace } from "../../src/session/replay-pace.js";

const never = new AbortController().signal;

/** Which of the events come before anything else is asked for. */
async function due(pace: ReplayPace, ...events: readonly (readonly [number, boolean])[]): Promise<number> {
  let count = 0;
  for (const [seconds, isStep] of events) {
    const waiting = new AbortController();
    const reached = pace.reach(seconds, isStep, waiting.signal).then(() => !waiting.signal.aborted);
    setTimeout(() => waiting.abort(), 20);
    if (!(await reached)) break;
    count++;
  }
  return count;
}

test("without waiting, at once", async () => {
  expect(await due(new ReplayPace(0, Number.POSITIVE_INFINITY), [10, true], [3600, true])).toBe(2);
});

test("what lies behind is due, what comes is waited for, the faster the shorter", async () => {
  const pace = new ReplayPace(60, 1);
  expect(await due(pace, [59, true], [60, true], [120, true])).toBe(2);
  pace.obey({ type: "speed", speed: 100_000 });
  await pace.reach(120, true, never);
});

test("it stands still; a step lets one event pass, and the levels before it", async () => {
  const pace = new ReplayPace(0, 1000);
  pace.obey({ type: "pause", on: true });
  expect(await due(pace, [0, true])).toBe(0);
  pace.obey({ type: "step" });
  expect(await due(pace, [5, false], [6, false], [7, true], [7, true], [7, false])).toBe(3);
  pace.obey({ type: "speed", speed: 1 });
  pace.obey({ type: "pause", on: false });
  // It goes on from where it was led to.
  expect(await due(pace, [7, true], [8, true])).toBe(1);
});
