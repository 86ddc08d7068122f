import { describe, expect, test } from "vitest";
import { clipsOf } from "../../../src/pipeline/reference/clips.js";

const CONTENT_FRAMES = 6000;

describe("clips of a minute", () => {
  check("none: all of it", [], [[0, 6000]]);
  check("a start alone: from there to the end", [12.34], [[1234, 6000]]);
  check("start and end", [1, 2.5], [[100, 250]]);
  check(
    "two, the last open",
    [1, 2, 30],
    [
      [100, 200],
      [3000, 6000],
    ],
  );
  check("half a frame goes to the even one", [0.005, 0.015], [[0, 2]]);

  function check(name: string, seconds: readonly number[], expected: readonly (readonly number[])[]) {
    test(name, () => {
      const clips = clipsOf(seconds, CONTENT_FRAMES);
      expect(clips.map(({ startFrame, endFrame }) => [startFrame, endFrame])).toEqual(expected);
    });
  }
});
