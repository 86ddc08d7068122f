import { expect, test } from "vitest";
import type { LiveEvent } from "../../../src/live-events.js";
import { EventQueue } from "../../../src/pipeline/live/event-queue.js";

const OF = { channel: "mic", atSeconds: 0, startSeconds: 0, endSeconds: 1, words: [] } as const;
const partial = (utterance: number, text: string): LiveEvent => ({ type: "partial", utterance, text, ...OF });
const confirmed = (utterance: number, text: string): LiveEvent => ({
  type: "confirmed",
  utterance,
  text,
  ...OF,
});
const level = (channel: "mic" | "loopback", peakDbfs: number): LiveEvent => {
  return { type: "level", channel, atSeconds: 0, rmsDbfs: -60, peakDbfs };
};

async function read(queue: EventQueue): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  for await (const event of queue) events.push(event);
  return events;
}

test("a slow reader gets all confirmed text, and the newest of what newer news replace", async () => {
  const queue = new EventQueue();
  queue.push(level("mic", -10));
  queue.push(partial(0, "a"));
  queue.push(level("loopback", -20));
  queue.push(confirmed(0, "a"));
  queue.push(partial(0, "b"));
  queue.push(level("mic", -30));
  queue.push(confirmed(0, "b"));
  queue.push(partial(1, "x"));
  queue.push(partial(0, ""));
  queue.close();
  expect(await read(queue)).toEqual([
    level("loopback", -20),
    confirmed(0, "a"),
    level("mic", -30),
    confirmed(0, "b"),
    partial(1, "x"),
    partial(0, ""),
  ]);
});

test("a reader that waits gets each event at once", async () => {
  const queue = new EventQueue();
  const events = read(queue);
  for (const text of ["a", "b", "c"]) {
    queue.push(partial(0, text));
    await new Promise((resolve) => setImmediate(resolve));
  }
  queue.close();
  expect(await events).toHaveLength(3);
});

test("text that nobody reads makes the producer wait, and none of it is lost", async () => {
  const queue = new EventQueue();
  let pushed = 0;
  const produce = async () => {
    for (; pushed < 3000; pushed++) {
      await queue.room();
      queue.push(confirmed(pushed, String(pushed)));
    }
    queue.close();
  };
  const producing = produce();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(pushed).toBeLessThan(2000);
  const texts = (await read(queue)).map((event) => (event.type === "confirmed" ? event.text : ""));
  await producing;
  expect(texts).toEqual(Array.from({ length: 3000 }, (_, i) => String(i)));
});
