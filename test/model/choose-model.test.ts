/** Machines and tasks, and the model that each is given. */
import { describe, expect, test } from "vitest";
import {
  type Candidate,
  chooseModel,
  expectedSpeed,
  type Machine,
  type Task,
} from "../../src/model/choose-model.js";
import { KNOWN_MODELS } from "../../src/model/known-models.js";
import { expectedBytes, relativeTime } from "../../src/model/model-cost.js";

const ALL: readonly Candidate[] = KNOWN_MODELS.map(({ name, parameters }) => {
  return { name, compute: "int8", bytes: expectedBytes(parameters, "int8") };
});
const FILE: Task = { language: undefined, task: "transcribe", isLive: false };
const ENGLISH: Task = { ...FILE, language: "en" };
const LIVE: Task = { ...FILE, isLive: true };
const TRANSLATION: Task = { ...FILE, task: "translate" };
const ON_CPU = { accelerator: undefined, measured: undefined };
const pi: Machine = { cores: 4, freeBytes: 0.8e9, ...ON_CPU, measured: { speed: 1.5, threads: 4 } };
const laptop: Machine = { cores: 2, freeBytes: 6e9, ...ON_CPU };
const desktop: Machine = { cores: 8, freeBytes: 24e9, ...ON_CPU };
const server: Machine = { cores: 64, freeBytes: 200e9, ...ON_CPU };

describe("of all models", () => {
  test.each<[string, Machine, Task, string]>([
    ["two cores, a file", laptop, FILE, "small"],
    ["two cores, English", laptop, ENGLISH, "small.en"],
    ["two cores, live", laptop, LIVE, "base"],
    ["two cores, live English", laptop, { ...LIVE, language: "en" }, "base.en"],
    ["eight cores, live", desktop, LIVE, "small"],
    ["eight cores, a translation", desktop, TRANSLATION, "medium"],
    ["64 cores, a file", server, FILE, "large-v3"],
    ["64 cores, a translation", server, TRANSLATION, "large-v3"],
    ["64 cores, live", server, LIVE, "large-v3-turbo"],
    ["64 cores and little memory", { ...server, freeBytes: 0.9e9 }, FILE, "base"],
    ["measured to be slow", { ...desktop, measured: { speed: 5, threads: 8 } }, FILE, "base"],
    [
      "one thread of a fast machine",
      { ...desktop, cores: 1, measured: { speed: 30, threads: 8 } },
      FILE,
      "base",
    ],
  ])("%s", (_, machine, task, expected) => {
    const choice = chooseModel(machine, task, ALL)!;
    expect({ name: choice.chosen.name, isMakeshift: choice.isMakeshift }).toEqual({
      name: expected,
      isMakeshift: false,
    });
  });

  test("nothing will do: the fastest for the language", () => {
    expect(chooseModel(pi, LIVE, ALL)).toMatchObject({ chosen: { name: "tiny" }, isMakeshift: true });
  });

  test("what was against each of the others", () => {
    const { weighed } = chooseModel(laptop, TRANSLATION, ALL)!;
    const objections = Object.fromEntries(weighed.map(({ name, objection }) => [name, objection]));
    expect(objections).toMatchObject({
      "large-v3": "slower than 2× real time",
      "large-v3-turbo": "does not translate",
      "distil-large-v3": "English only",
      small: undefined,
    });
  });
});

describe("of those that are here", () => {
  const base = ALL.find(({ name }) => name === "base")!;

  test("the embedded one alone", () => {
    expect(chooseModel(server, LIVE, [base])?.chosen.name).toBe("base");
    expect(chooseModel(pi, LIVE, [base])).toMatchObject({ chosen: { name: "base" }, isMakeshift: true });
  });

  test("of one model the smaller file, but not 4 bits; fine-tunes are nobody's choice but the user's", () => {
    const fp32 = { ...base, compute: "fp32", bytes: 290e6 } as const;
    const int4 = { ...base, compute: "int4", bytes: 70e6 } as const;
    const other = { name: "my-fine-tune", compute: "int8", bytes: 90e6 } as const;
    const { chosen, weighed } = chooseModel(laptop, FILE, [fp32, int4, other, base])!;
    expect(chosen).toMatchObject(base);
    expect(weighed).toHaveLength(3);
  });

  test("none is for the language, or for the accelerator", () => {
    const english = { ...base, name: "base.en" };
    expect(chooseModel(laptop, { ...FILE, language: "de" }, [english])).toBeUndefined();
    expect(chooseModel({ ...laptop, accelerator: "cuda" }, FILE, [base])).toBeUndefined();
    const half = { ...base, compute: "fp16", bytes: 150e6 } as const;
    expect(chooseModel({ ...laptop, accelerator: "cuda" }, FILE, [base, half])?.chosen.compute).toBe("fp16");
  });
});

test("every known model has a place and a cost, and larger ones cost more", () => {
  for (const { name } of KNOWN_MODELS) expect(expectedSpeed(name, laptop)).toBeGreaterThan(0);
  expect(chooseModel(server, ENGLISH, ALL)!.weighed).toHaveLength(KNOWN_MODELS.length);
  const times = ["tiny", "base", "small", "medium", "large-v3"].map((name) => relativeTime(name)!);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(relativeTime("base.en")).toBe(1);
  expect(relativeTime("my-fine-tune")).toBeUndefined();
});
