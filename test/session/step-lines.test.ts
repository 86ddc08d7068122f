import { expect, test } from "vitest";
import type { Step } from "../../src/pipeline/live/session-recorder.js";
import { StepLines, stepsOf } from "../../src/session/step-lines.js";

const STEPS: readonly Step[] = [
  { step: "told" },
  { step: "frame", channel: "loopback" },
  { step: "frame", channel: "mic" },
  { step: "heard", channel: "loopback" },
  { step: "heard", channel: "mic", echo: "late" },
  { step: "frame", channel: "mic" },
  {
    step: "decode",
    task: "partial",
    channel: "mic",
    utterance: 3,
    startSample: 512,
    endSample: 9728,
    load: "normal",
  },
  { step: "heard", channel: "mic" },
  { step: "decoded", task: "partial", language: "en" },
  { step: "command", command: { type: "mark" } },
  { step: "ending", channel: "mic" },
];

test("steps come back from their lines in order; a row of frames is one line", () => {
  const lines = new StepLines();
  const text = STEPS.map((step) => lines.add(step)).join("") + lines.end();
  expect(text.split("\n").filter((line) => line.includes("frames"))).toEqual([
    '{"frames":"lmL"}',
    '{"frames":"m"}',
    '{"frames":"M"}',
  ]);
  expect(text.trimEnd().split("\n").flatMap(stepsOf)).toEqual(STEPS);
});

test("a long row does not wait for its end", () => {
  const lines = new StepLines();
  const written = Array.from({ length: 1500 }, () => lines.add({ step: "frame", channel: "mic" })).join("");
  expect(written.split("\n").flatMap((line) => (line === "" ? [] : stepsOf(line)))).toHaveLength(1000);
});
