/** Pure parts of the command line. */
import { describe, expect, test } from "vitest";
import { worseExitCode } from "../../src/cli/exit-code.js";
import { temperatureLadder } from "../../src/cli/file-options.js";
import { listOption, optionalNumberOption, tokenListOption } from "../../src/cli/option-values.js";
import { planOutputs } from "../../src/cli/outputs.js";
import { progressText } from "../../src/cli/progress.js";
import { formatTimings } from "../../src/cli/timings.js";
import { MubblesError } from "../../src/errors.js";
import { formatClock } from "../../src/output/clock.js";

test.each([
  [0, 0.2, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0.5, 0.25, [0.5, 0.75, 1]],
  [0.9, 0.2, [0.9]],
  [0.3, 0, [0.3]],
  [0, undefined, [0]],
])("temperatures from %s in steps of %s", (first, step, ladder) => {
  expect(temperatureLadder(first, step)).toEqual(ladder);
});

test("numbers that can be switched off", () => {
  const parse = optionalNumberOption({ option: "--x", min: -1, max: 1 });
  expect(["none", "None", "0.5", ".5", "-1"].map(parse)).toEqual(["none", "none", 0.5, 0.5, -1]);
  for (const wrong of ["", "1.5", "NaN", "Infinity", "0x1", "1,0"])
    expect(() => parse(wrong)).toThrow(MubblesError);
});

test("lists drop repetitions and know all", () => {
  const parse = listOption("-f", ["a", "b", "c"]);
  expect(parse("c, a,c")).toEqual(["c", "a"]);
  expect(parse("all")).toEqual(["a", "b", "c"]);
});

test("token ids", () => {
  const parse = tokenListOption("--suppress-tokens");
  expect(parse("-1")).toEqual([-1]);
  expect(parse("")).toEqual([]);
  expect(parse("-1,50256")).toEqual([-1, 50256]);
});

describe("where documents go", () => {
  const paths = (inputs: string[], formats: ("srt" | "txt")[], outputDir?: string) =>
    planOutputs(inputs, { formats, outputDir }).map(({ documents }) => documents.map(({ path }) => path));

  test("one format and no folder: standard output", () => {
    expect(paths(["a.mp4", "b.mp4"], ["srt"])).toEqual([[undefined], [undefined]]);
  });
  test("several formats and no folder: here", () => {
    expect(paths(["x/a.b.mp4"], ["srt", "txt"])).toEqual([["a.b.srt", "a.b.txt"]]);
  });
  test("a folder: there, standard input under its own name", () => {
    expect(paths(["-", "a"], ["srt"], "out")).toEqual([["out/stdin.srt"], ["out/a.srt"]]);
  });
  test("two inputs of one name, or an output over an input, are refused", () => {
    expect(() => paths(["x/a.mp3", "y/a.mp4"], ["srt"], "out")).toThrow(/overwrite the output of x\/a\.mp3/);
    expect(() => paths(["out/a.srt"], ["srt"], "out")).toThrow(/overwrite an input/);
  });
});

test("the gravest exit code counts", () => {
  expect([0, 4, 3, 0].reduce(worseExitCode)).toBe(3);
  expect(worseExitCode(1, 2)).toBe(1);
  expect(worseExitCode(5, 3)).toBe(5);
  expect(worseExitCode(130, 1)).toBe(130);
});

test("times as people read them", () => {
  expect([0, 59.9, 60, 3599, 3600, 36_061].map(formatClock)).toEqual([
    "0:00",
    "0:59",
    "1:00",
    "59:59",
    "1:00:00",
    "10:01:01",
  ]);
});

test("the progress line", () => {
  expect(progressText("a.mp4", 60, 600, 5)).toBe("a.mp4 · 1:00 of 10:00 · 12.0× real time · 0:45 left");
  expect(progressText("-", 60, undefined, 5)).toBe("- · 1:00 · 12.0× real time");
  expect(progressText("a.mp4", 0, 600, 0)).toBe("a.mp4 · 0:00 of 10:00");
  // A container may promise less than it holds.
  expect(progressText("a.mp4", 61, 60, 1)).toMatch(/ 0:00 left$/);
});

test("the table of timings", () => {
  const table = formatTimings("a.mp4", {
    loadSeconds: 0.25,
    mediaSeconds: 0.125,
    melSeconds: 0.01,
    vadSeconds: 0.5,
    encodeSeconds: 3,
    decodeSeconds: 4,
    totalSeconds: 10,
    audioSeconds: 245,
    speechSeconds: 200,
    windows: 9,
    tokens: 900,
    fallbacks: 1,
  });
  const rows = table.trim().split("\n");
  expect(rows[0]).toBe("mubbles: timings of a.mp4");
  expect(rows.at(-1)).toBe("  total            10.00 s  4:05 of audio, 24.5× real time");
  expect(rows).toHaveLength(8);
});
