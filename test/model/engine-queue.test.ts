import { describe, expect, test } from "vitest";
import { EngineQueue, type Waiting } from "../../src/model/engine-queue.js";

const MEL = new Float32Array(0);
const always = () => true;
const never = () => false;

describe("what comes next", () => {
  test("finals before partials, each in its order", () => {
    const queue = queueOf(partial(0), final(1), partial(2), final(3));
    expect(queue.isEmpty).toBe(false);
    expect([0, 1, 2, 3].map(() => queue.take(false, always)?.id)).toEqual([1, 3, 0, 2]);
    expect(queue.isEmpty).toBe(true);
    expect(queue.take(false, always)).toBeUndefined();
  });

  test("a partial gets in between the steps of finals, where no other final can begin", () => {
    const queue = queueOf(partial(0), final(1));
    expect(queue.take(true, never)?.id).toBe(0);
    expect(queue.take(true, never)).toBeUndefined();
  });

  test("and the finals have as much time before the next one does", () => {
    const queue = queueOf(partial(0), partial(1));
    queue.take(true, never);
    queue.spent(200, "partial", true);
    queue.spent(120, "final", true);
    expect(queue.take(true, never)).toBeUndefined();
    queue.spent(120, "final", true);
    expect(queue.take(true, never)?.id).toBe(1);
  });

  test("what partials took while nothing else was there is not counted", () => {
    const queue = queueOf(partial(0));
    queue.spent(200, "partial", true);
    queue.spent(200, "partial", false);
    expect(queue.take(true, never)?.id).toBe(0);
  });
});

test("a partial that nobody wants is not begun", () => {
  const queue = queueOf(partial(0), partial(1));
  queue.cancel(0);
  queue.cancel(7);
  expect(queue.take(false, always)?.id).toBe(1);
});

function queueOf(...questions: readonly Waiting[]): EngineQueue {
  const queue = new EngineQueue();
  for (const question of questions) queue.add(question);
  return queue;
}

function partial(id: number): Waiting {
  const request = {
    recording: 0,
    mel: MEL,
    windowSeconds: 1,
    task: "transcribe",
    language: "en",
    suppressTokens: [],
  } as const;
  return { type: "partial", id, request };
}

function final(id: number): Waiting {
  return { type: "language", id, request: { mel: MEL } };
}
