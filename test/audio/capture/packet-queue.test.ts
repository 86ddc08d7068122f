import { describe, expect, test } from "vitest";
import { PacketQueue } from "../../../src/audio/capture/packet-queue.js";

/** One second of stereo, its samples all `value`. */
function second(value: number) {
  return { samples: new Float32Array(16_000).fill(value), channels: 2, sampleRateHz: 8000, arrivedMs: 0 };
}

async function readAll(queue: PacketQueue): Promise<number[]> {
  const values: number[] = [];
  for await (const { samples } of queue) values.push(samples[0]!);
  return values;
}

describe("a queue of packets", () => {
  test("gives them in their order, before and after the reader waits", async () => {
    const queue = new PacketQueue();
    queue.push(second(1));
    const reading = readAll(queue);
    await new Promise(setImmediate);
    queue.push(second(2));
    queue.end();
    queue.push(second(3));
    expect(await reading).toEqual([1, 2]);
  });

  test("keeps the newest half minute and counts what it drops", async () => {
    const queue = new PacketQueue();
    for (let value = 1; value <= 33; value++) queue.push(second(value));
    queue.countDropped(0.5);
    queue.end();
    expect(queue.droppedSeconds).toBe(3.5);
    expect(await readAll(queue)).toEqual(Array.from({ length: 30 }, (_, i) => i + 4));
  });

  test("gives what came before an error, then throws that", async () => {
    const queue = new PacketQueue();
    queue.push(second(1));
    queue.end(new Error("gone"));
    queue.end();
    const packets = queue[Symbol.asyncIterator]();
    expect((await packets.next()).done).toBe(false);
    await expect(packets.next()).rejects.toThrow("gone");
  });
});
