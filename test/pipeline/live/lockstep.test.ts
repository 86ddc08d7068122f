import { expect, test } from "vitest";
import { Lockstep } from "../../../src/pipeline/live/lockstep.js";

/** Takes `frames` turns, each after a while of its own, and notes them. */
async function take(lockstep: Lockstep, channel: number, frames: number, order: number[]): Promise<void> {
  for (let frame = 0; frame < frames; frame++) {
    await lockstep.turn(channel);
    order.push(channel);
    await new Promise((resolve) => setTimeout(resolve, channel * 3));
    lockstep.advance(channel);
  }
  lockstep.end(channel);
}

test("channels take turns, however long each takes, and who has ended keeps nobody waiting", async () => {
  const lockstep = new Lockstep(3);
  const order: number[] = [];
  await Promise.all([take(lockstep, 2, 2, order), take(lockstep, 0, 4, order), take(lockstep, 1, 3, order)]);
  expect(order).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 0]);
  expect(lockstep.seconds).toBeCloseTo(4 * 0.032);
});
