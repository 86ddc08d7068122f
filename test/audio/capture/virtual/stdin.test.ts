/** Standard input as a device: pipes that end, that stay open and that pause. */
import { describe, expect, test } from "vitest";
import type { RawFormat } from "../../../../src/audio/raw-format.js";
import { SAMPLE_RATE_HZ } from "../../../../src/units.js";
import { listenToStdinInChild } from "./stdin-child.js";

const raw: RawFormat = { sampleFormat: "s16le", sampleRateHz: SAMPLE_RATE_HZ, channels: 1 };

/** So many samples, none of them zero. */
function loud(samples: number): Buffer {
  return Buffer.alloc(2 * samples, 0x11);
}

test.each(["max", 4] as const)("at speed %s the end of the pipe is the end of the channel", async (speed) => {
  const child = listenToStdinInChild({ speed, raw });
  child.stdin.end(loud(10_000));
  const { runs, notices, code } = await child.result;
  expect({ runs, notices, code }).toEqual({ runs: [0, 10_000], notices: ["ended"], code: undefined });
  expect(await child.exitCode).toBe(0);
});

test("an empty pipe is an error", async () => {
  const child = listenToStdinInChild({ speed: "max", raw });
  child.stdin.end();
  expect((await child.result).code).toBe("INPUT_EMPTY");
});

test("silence stands for a pause, and what comes after it is all there", async () => {
  const child = listenToStdinInChild({ speed: 1, raw });
  child.stdin.write(loud(4096));
  await sleep(1500);
  child.stdin.end(loud(4096));
  const { runs } = await child.result;
  const [before, first, pause, second] = runs;
  expect([before, first, second]).toEqual([0, 4096, 4096]);
  // 1.5 s less the 0.256 s that were there; the child started later than the test, and a machine may be slow.
  expect(pause! / SAMPLE_RATE_HZ).toBeGreaterThan(0.5);
  expect(pause! / SAMPLE_RATE_HZ).toBeLessThan(2);
});

describe("a pipe that stays open keeps no process alive", () => {
  test.each([
    { how: "close", speed: "max", code: undefined },
    { how: "close", speed: 1, code: undefined },
    { how: "abort", speed: "max", code: "ABORT_ERR" },
    { how: "abort", speed: 1, code: "ABORT_ERR" },
  ] as const)("after $how at speed $speed", async ({ how, speed, code }) => {
    const child = listenToStdinInChild({ speed, raw, stop: { afterChunks: 2, how } });
    child.stdin.write(loud(1024));
    expect((await child.result).code).toBe(code);
    expect(await child.exitCode).toBe(0);
  });
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
