import { expect, test } from "vitest";
import { BoundedQueue } from "../../../../src/audio/capture/timeline/bounded-queue.js";

test("gives samples in their order", () => {
  const queue = new BoundedQueue(10);
  queue.push(Float32Array.of(1, 2));
  queue.push(Float32Array.of(3));
  expect([...drain(queue)]).toEqual([1, 2, 3]);
  expect(queue.droppedSamples).toBe(0);
});

test("silence stands for the oldest where there is no room, and the rest stay in their places", () => {
  const queue = new BoundedQueue(4);
  for (const chunk of [[1, 2], [3], [4, 5, 6], [7]]) queue.push(Float32Array.from(chunk));
  expect([...drain(queue)]).toEqual([0, 0, 0, 4, 5, 6, 7]);
  expect(queue.droppedSamples).toBe(3);
});

test("more may be dropped while the reader catches up", () => {
  const queue = new BoundedQueue(2);
  for (const sample of [1, 2, 3]) queue.push(Float32Array.of(sample));
  expect(queue.shift()).toEqual(Float32Array.of(0));
  for (const sample of [4, 5]) queue.push(Float32Array.of(sample));
  expect([...drain(queue)]).toEqual([0, 0, 4, 5]);
  expect(queue.droppedSamples).toBe(3);
});

function* drain(queue: BoundedQueue): Generator<number> {
  for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) yield* chunk;
}
