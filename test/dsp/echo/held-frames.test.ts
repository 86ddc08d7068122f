import { expect, test } from "vitest";
import { HELD_FRAMES, HeldFrames } from "../../../src/dsp/echo/held-frames.js";
import type { EchoVerdict } from "../../../src/dsp/echo/residue-judge.js";

test("who talks over an echo has begun a little earlier", () => {
  expect(
    verdictsOf(["echo", "echo", "echo", "echo", "double-talk", "double-talk", "echo", "echo", "echo"]),
  ).toEqual(["echo", "double-talk", "double-talk", "double-talk", "double-talk", "double-talk"]);
});

test("frames come out as they went in, whatever becomes of what they were in", () => {
  const held = new HeldFrames();
  const samples = new Float32Array(1);
  const out: (number | undefined)[] = [];
  for (let i = 0; i < HELD_FRAMES + 4; i++) {
    samples.fill(i);
    out.push(held.push({ samples, verdict: "clean" })?.samples[0]);
  }
  expect(out).toEqual([undefined, undefined, undefined, 0, 1, 2, 3]);
});

function verdictsOf(verdicts: readonly EchoVerdict[]): EchoVerdict[] {
  const held = new HeldFrames();
  const samples = new Float32Array(1);
  return verdicts.flatMap((verdict) => held.push({ samples, verdict })?.verdict ?? []);
}
