import { on } from "node:events";
import { Worker } from "node:worker_threads";
import { afterEach, expect, test } from "vitest";
import { STALLED, watchForStall } from "../../../src/audio/capture/stall-watch.js";

const STALL_MS = 400;

let worker: Worker | undefined;

afterEach(async () => {
  await worker?.terminate();
});

/** Messages of a thread that says something every 10 ms after a pause. */
function messages(pauseMs: number): AsyncIterable<unknown> {
  const code = `
    const { parentPort } = require("node:worker_threads");
    setTimeout(() => setInterval(() => parentPort.postMessage("sound"), 10), ${pauseMs});
  `;
  worker = new Worker(code, { eval: true });
  return on(worker, "message");
}

test("says that nothing comes, and gives what comes after that", async () => {
  const seen = watchForStall(messages(4 * STALL_MS), STALL_MS);
  expect((await seen.next()).value).toBe(STALLED);
  let next = await seen.next();
  while (next.value === STALLED) next = await seen.next();
  expect(next.value).toEqual(["sound"]);
});

test("takes a pause of its own thread for no stall", async () => {
  const seen = watchForStall(messages(0), STALL_MS);
  let next = await seen.next();
  while (next.value === STALLED) next = await seen.next();
  const waiting = (async () => {
    // What is already there goes first: it is the wait for more that the pause falls into.
    for (let i = 0; i < 20; i++) if ((await seen.next()).value === STALLED) return STALLED;
    return "sound";
  })();
  await new Promise(setImmediate);
  const untilMs = performance.now() + 2 * STALL_MS;
  while (performance.now() < untilMs);
  expect(await waiting).toBe("sound");
});
