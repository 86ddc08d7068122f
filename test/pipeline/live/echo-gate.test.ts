import { beforeAll, describe, expect, test } from "vitest";
import { openMedia } from "../../../src/audio/media.js";
import { ECHO_DELAY_FRAMES, type EchoFrame } from "../../../src/dsp/echo/echo-canceller.js";
import { EchoGate } from "../../../src/pipeline/live/echo-gate.js";
import { SAMPLE } from "../../cli/mubbles.js";

const FRAME = 512;
/** Of the room: 40 ms later, 9 dB down. */
const LAG_SAMPLES = 640;
const GAIN = 0.35;

let loopback: Float32Array[];
let echo: Float32Array[];

beforeAll(async () => {
  const media = await openMedia(SAMPLE, { channel: "mix", signal: new AbortController().signal });
  const samples: number[] = [];
  for await (const chunk of media.audio) samples.push(...(chunk as Float32Array));
  await media.close();
  const later = [...new Array<number>(LAG_SAMPLES).fill(0), ...samples].map((sample) => sample * GAIN);
  const count = Math.floor((7 * 16_000) / FRAME);
  const cut = (from: readonly number[]) =>
    Array.from({ length: count }, (_, i) => Float32Array.from(from.slice(i * FRAME, (i + 1) * FRAME)));
  loopback = cut(samples);
  echo = cut(later);
});

describe("as fast as text can be made", () => {
  test("what only the loudspeakers say is gone, whichever of the two comes first", async () => {
    const gate = new EchoGate("auto", false);
    const cleaned: (Float32Array | undefined)[] = [];
    for (const [i, frame] of echo.entries()) {
      if (i % 2 === 0) gate.hear(loopback[i]!);
      const heard = gate.clean(frame);
      if (i % 2 === 1) gate.hear(loopback[i]!);
      cleaned.push((await heard)?.samples);
    }
    gate.endLoopback();
    expect(new Set(cleaned.splice(0, ECHO_DELAY_FRAMES))).toEqual(new Set([undefined]));
    cleaned.push(...samplesOf(gate.end()));
    expect(cleaned).toHaveLength(echo.length);
    const second = Math.round(16_000 / FRAME);
    expect(energy(cleaned.slice(2 * second))).toBeLessThan(0.01 * energy(echo.slice(2 * second)));
  });

  test("who speaks while nothing plays is heard bit for bit", async () => {
    const gate = new EchoGate("auto", false);
    gate.endLoopback();
    for (const [i, frame] of loopback.entries()) {
      expect((await gate.clean(frame))?.samples).toEqual(loopback[i - ECHO_DELAY_FRAMES]);
    }
    expect(samplesOf(gate.end())).toEqual(loopback.slice(-ECHO_DELAY_FRAMES));
  });

  test("a channel shorter than the delay comes out whole", async () => {
    const gate = new EchoGate("auto", false);
    gate.endLoopback();
    expect(await gate.clean(loopback[50]!)).toBeUndefined();
    expect(samplesOf(gate.end())).toEqual([loopback[50]]);
  });
});

test("in real time a loopback that stands still holds the microphone up once", async () => {
  const gate = new EchoGate("auto", true);
  const began = performance.now();
  for (const frame of loopback.slice(0, 40)) await gate.clean(frame);
  expect(performance.now() - began).toBeLessThan(40 * 150);
  expect((await gate.clean(loopback[40]!))?.samples).toEqual(loopback[40 - ECHO_DELAY_FRAMES]);
});

test("what was heard while the loopback came late is heard so again from what was recorded", async () => {
  const isLate = (frame: number) => frame > 60 && frame < 75;
  const live = new EchoGate("on", true);
  const once: (EchoFrame | undefined)[] = [];
  const lateFrames = new Set<number>();
  for (const [i, frame] of echo.slice(0, 120).entries()) {
    if (i === 75) for (let late = 61; late < 75; late++) live.hear(loopback[late]!);
    if (!isLate(i)) live.hear(loopback[i]!);
    once.push(await live.clean(frame));
    if (live.wasLate) lateFrames.add(i);
  }
  expect(lateFrames.size).toBe(14);
  const again = new EchoGate("on", false, lateFrames);
  for (const [i, frame] of echo.slice(0, 120).entries()) {
    if (i === 75) for (let late = 61; late < 75; late++) again.hear(loopback[late]!);
    if (!isLate(i)) again.hear(loopback[i]!);
    expect(await again.clean(frame)).toEqual(once[i]);
  }
});

function samplesOf(frames: readonly EchoFrame[]): Float32Array[] {
  return frames.map(({ samples }) => samples);
}

function energy(frames: readonly (Float32Array | undefined)[]): number {
  let sum = 0;
  for (const frame of frames) for (const sample of frame ?? []) sum += sample * sample;
  return sum;
}
