/** Nothing is decoded ahead of its reader, and everything lets go at once when the reader leaves. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { workerUrl } from "../../src/assets.js";
import { openMedia } from "../../src/audio/media.js";
import {
  type DecodeMessage,
  type DecodeRequest,
  DecodeState,
  PULL,
  STOP,
} from "../../src/audio/node-av-protocol.js";
import { missing } from "../needs.js";
import { decode, scratchFolder, withDecoder } from "./decode.js";
import { openMediaInChild } from "./media-child.js";
import { wavFile } from "./wav-file.js";

const write = scratchFolder();
/** 27.5 s: 56 chunks. */
const AUSTEN = fileURLToPath(new URL("../../samples/austen.mp4", import.meta.url));
const noFfmpeg = missing("ffmpeg");

const DECODERS = [
  { decoder: "wav", skip: false, path: () => write("long.wav", wavFile({ frames: 16_000 * 60 })) },
  { decoder: "node-av", skip: false, path: () => AUSTEN },
  { decoder: "ffmpeg", skip: noFfmpeg, path: () => AUSTEN },
];

describe.each(DECODERS)("$decoder", ({ decoder, skip, path }) => {
  const open = (signal = new AbortController().signal) =>
    withDecoder(decoder, () => openMedia(path(), { channel: "mix", signal }));

  test.skipIf(skip)("gives chunks of half a second and waits while nobody reads", async () => {
    const media = await open();
    const [chunk] = await media.audio.take(1).toArray();
    expect(chunk).toBeInstanceOf(Float32Array);
    expect(chunk.length).toBe(8000);
    await media.close();

    const waiting = await open();
    await once(waiting.audio, "readable");
    await pause();
    expect(waiting.audio.readableLength).toBeLessThanOrEqual(4);
    expect(waiting.audio.readableEnded).toBe(false);
    await waiting.close();
  });

  test.skipIf(skip)("ends with an AbortError when its signal aborts", async () => {
    const aborter = new AbortController();
    const media = await open(aborter.signal);
    const reading = (async () => {
      for await (const _ of media.audio) aborter.abort();
    })();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    expect(media.audio.destroyed).toBe(true);
    expect(media.problems).toEqual([]);
    await media.close();
  });

  test.skipIf(skip)("lets go when the reader leaves early, and may be closed twice", async () => {
    const media = await open();
    for await (const _ of media.audio) break;
    expect(media.audio.destroyed).toBe(true);
    await media.close();
    await media.close();
  });

  test.skipIf(skip)("may be aborted while it opens, or before", async () => {
    const aborter = new AbortController();
    const opening = open(aborter.signal);
    aborter.abort();
    await expect(opening.then((media) => media.audio.toArray())).rejects.toMatchObject({
      name: "AbortError",
    });
    await expect(open(AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
  });

  test.skipIf(skip)("an abort that nobody reads ends no process", async () => {
    const aborter = new AbortController();
    const media = await open(aborter.signal);
    const closed = new Promise((resolve) => media.audio.once("close", resolve));
    aborter.abort();
    await closed;
    await media.close();
  });
});

test("the decoding thread does nothing unasked", async () => {
  const state = new DecodeState();
  const workerData: DecodeRequest = { path: AUSTEN, channel: "mix", state: state.buffer };
  const worker = new Worker(workerUrl("audio/node-av-worker"), { workerData });
  const messages: string[] = [];
  worker.on("message", ({ type }: DecodeMessage) => messages.push(type));
  await once(worker, "message");
  expect(messages).toEqual(["opened"]);
  for (let asked = 1; asked <= 3; asked++) {
    worker.postMessage(PULL);
    await once(worker, "message");
    await pause();
    expect(messages.length).toBe(1 + asked);
  }
  state.requestStop();
  worker.postMessage(STOP);
  expect(await once(worker, "exit")).toEqual([0]);
});

test("process.exit() in the middle of decoding is no crash", async () => {
  for (const delayMs of [0, 20, 50, 100, 200]) {
    const child = openMediaInChild({ exitAfterMs: delayMs });
    child.stdin.end(readFileSync(AUSTEN));
    expect(await child.exitCode).toBe(7);
  }
});

describe("standard input", () => {
  test("is read no faster than its samples are", async () => {
    const child = openMediaInChild({ stop: { afterChunks: 1, how: "hold" } });
    const hour = wavFile({ frames: 16_000 * 3600 });
    child.stdin.write(hour.subarray(0, hour.length / 2));
    child.stdin.write(hour.subarray(hour.length / 2));
    await child.stopped;
    await pause();
    // The second half has not begun to leave, and most of the first has not either.
    expect(child.stdin.writableLength).toBeGreaterThan(hour.length / 2);
    child.kill();
    await child.exitCode;
  });

  test.each([
    { how: "close", input: "austen.mp4", bytes: readFileSync(AUSTEN) },
    { how: "abort", input: "austen.mp4", bytes: readFileSync(AUSTEN) },
    { how: "close", input: "endless.wav", bytes: wavFile({ frames: 160_000, dataBytes: 0xffff_ffff }) },
    { how: "abort", input: "endless.wav", bytes: wavFile({ frames: 160_000, dataBytes: 0xffff_ffff }) },
  ] as const)("$how in the middle of $input leaves nothing behind", async ({ how, input, bytes }) => {
    const child = openMediaInChild({ stop: { afterChunks: 2, how } });
    // The pipe of a live recording stays open.
    if (input === "endless.wav") child.stdin.write(bytes);
    else child.stdin.end(bytes);
    const result = await child.result;
    expect(result.samples).toBe(16_000);
    expect(result.leftovers).toEqual([]);
    expect(result.code).toBe(how === "abort" ? "ABORT_ERR" : undefined);
  });
});

test("several files at once do not mix", async () => {
  const one = await decode(AUSTEN);
  const all = await Promise.all([1, 2, 3].map(() => decode(AUSTEN)));
  for (const { samples } of all) expect(samples).toEqual(one.samples);
});

/** Long enough for a decoder that did not wait to get ahead; one that waits passes however slow the machine is. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 200));
}
