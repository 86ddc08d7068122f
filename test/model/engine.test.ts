import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine, type EngineOptions } from "../../src/model/engine.js";
import { SAMPLE_RATE_HZ } from "../../src/units.js";
import { partialOf, plainText, SENTENCE, sentenceSamples, windowOf } from "./speech-window.js";
import { temporaryFolder } from "./temporary-folder.js";
import { thrownCode } from "./thrown-code.js";

const folder = temporaryFolder();
const GREEDY = { beamSize: 1, temperatures: [0] };

let engine: Engine;
let sentence: Float32Array;
beforeAll(async () => {
  engine = await start("base");
  sentence = await sentenceSamples();
});
afterAll(() => engine.close());

test("the embedded model", async () => {
  expect(engine.nMels).toBe(80);
  expect(engine.isMultilingual).toBe(true);
  expect(engine.maxWindows).toBe(1);
  expect(await engine.loaded).toBeGreaterThan(0);
});

test.each([
  ["one after the other", 1],
  ["decoded together", 3],
])("windows of other recordings, beams and tasks at once, %s: each its own result", async (_, windows) => {
  const own = windows === 1 ? engine : await start("base", { encodesAhead: true });
  expect(own.maxWindows).toBe(windows);
  const recording = own.newRecording();
  const other = own.newRecording();
  expect(other).not.toBe(recording);
  const [greedy, beams, translated] = await Promise.all([
    own.decodeWindow(windowOf(sentence, recording, GREEDY)),
    own.decodeWindow(windowOf(sentence, recording, { beamSize: 3 })),
    own.decodeWindow(windowOf(sentence, other, { ...GREEDY, task: "translate", language: "en" })),
  ]);
  expect(plainText(greedy)).toBe(SENTENCE);
  expect(plainText(beams)).toBe(SENTENCE);
  expect(plainText(translated)).toMatch(/dashwood/);
  expect(greedy.languageProbability).toBeLessThan(1);
  // A language that is given is taken, not detected.
  expect(translated).toMatchObject({ language: "en", languageProbability: 1 });
  own.endRecording(recording);
  if (own !== engine) await own.close();
});

test("word times of what was decoded: in order, inside the window, the words of the text", async () => {
  const { alignment, segments } = await engine.decodeWindow({
    ...windowOf(sentence, engine.newRecording(), GREEDY),
    wantWords: true,
  });
  const words = alignment!;
  expect(words.map(({ word }) => word).join("")).toBe(segments.map(({ text }) => text).join(""));
  for (const [i, { startSeconds, endSeconds, probability }] of words.entries()) {
    expect(startSeconds).toBeGreaterThanOrEqual(words[i - 1]?.endSeconds ?? 0);
    expect(endSeconds).toBeGreaterThanOrEqual(startSeconds);
    expect(probability).toBeGreaterThan(0);
    expect(probability).toBeLessThanOrEqual(1);
  }
  expect(words.at(-1)!.endSeconds).toBeLessThanOrEqual(sentence.length / SAMPLE_RATE_HZ);
});

test("a given text is aligned as the same text decoded is", async () => {
  const recording = engine.newRecording();
  const decoded = await engine.decodeWindow({ ...windowOf(sentence, recording, GREEDY), wantWords: true });
  const { mel, windowSeconds } = windowOf(sentence, recording);
  const tokens = engine.encode(decoded.segments.map(({ text }) => text).join(""));
  const given = await engine.align({ mel, windowSeconds, language: "en", task: "transcribe", tokens });
  expect(given).toEqual(decoded.alignment);
  const other = windowOf(sentence, recording);
  const empty = { ...other, language: "en", task: "transcribe" as const, tokens: [] };
  expect(await engine.align(empty)).toEqual([]);
});

test("partials between the windows under way, and none for whom nobody waits", async () => {
  const recording = engine.newRecording();
  const final = engine.decodeWindow(windowOf(sentence, recording, { beamSize: 3 }));
  const controller = new AbortController();
  const cancelled = engine.decodePartial(partialOf(sentence, recording), controller.signal);
  const partial = engine.decodePartial(partialOf(sentence, recording), new AbortController().signal);
  controller.abort();
  expect(await cancelled).toBeUndefined();
  expect(plainText((await partial)!)).toBe(SENTENCE);
  expect(plainText(await final)).toBe(SENTENCE);
  expect(await engine.decodePartial(partialOf(sentence, recording), controller.signal)).toBeUndefined();
  // The window has settled the recording's language.
  const { language, languageProbability } = await engine.decodePartial(partialOf(sentence, recording));
  expect(language).toBe("en");
  expect(languageProbability).toBe((await final).languageProbability);
});

test("a partial under way ends with its step", async () => {
  const controller = new AbortController();
  const cancelled = engine.decodePartial(partialOf(sentence, 0), controller.signal);
  setTimeout(() => controller.abort(), 50);
  expect(await cancelled).toBeUndefined();
  expect(plainText(await engine.decodePartial(partialOf(sentence, 0)))).toBe(SENTENCE);
});

test("the language of a window", async () => {
  const { language, probability, probabilities } = await engine.detectLanguage(windowOf(sentence, 0).mel);
  expect(language).toBe("en");
  expect(probabilities.en).toBe(probability);
  expect(Object.keys(probabilities)).toHaveLength(99);
  expect(Object.values(probabilities).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 4);
});

test("a prompt steers the spelling, a prefix begins the text and is no part of the result", async () => {
  const recording = engine.newRecording();
  const plain = await engine.decodeWindow(windowOf(sentence, recording, GREEDY));
  const steered = await engine.decodeWindow({
    ...windowOf(sentence, recording, GREEDY),
    prompt: engine.encode(" mr john dashwood and mrs dashwood had no more to say to one another that day"),
  });
  expect(plain.segments[0]!.text).toContain("Dashwood");
  expect(steered.segments[0]!.text).toContain("dashwood");
  const prefix = engine.encode(" And Mr. John Dashwood");
  const continued = await engine.decodeWindow({ ...windowOf(sentence, recording, GREEDY), prefix });
  // As in the reference a timestamp comes first, behind a prefix too.
  expect(continued.tokens[0]).toBeGreaterThan(engine.endToken);
  expect(plainText(continued)).not.toContain("and mr john dashwood");
});

test("a prompt longer than half the context keeps its end, and the text ends with the context", async () => {
  const result = await engine.decodeWindow({
    ...windowOf(sentence, engine.newRecording(), GREEDY),
    prompt: new Array(500).fill(engine.encode(" the")[0]!),
  });
  expect(result.tokens.length).toBeLessThanOrEqual(222);
});

describe("what cannot be loaded", () => {
  check("an unknown name", "MODEL_NOT_FOUND", () => "enormous");
  check("an empty folder", "MODEL_BROKEN", () => folderWith("empty", {}));
  check("weights that are no weights", "MODEL_BROKEN", () =>
    folderWith("broken", { "model.safetensors": "abc" }),
  );

  function folderWith(name: string, files: Readonly<Record<string, string>>): string {
    const path = join(folder, name);
    mkdirSync(path);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
    return path;
  }

  function check(name: string, code: string, model: () => string) {
    test(name, async () => expect(await thrownCode(() => start(model()))).toBe(code));
  }
});

test("a window of the wrong size fails its engine with a reason, and nothing waits for ever", async () => {
  const own = await start("base");
  const wrong = { ...windowOf(sentence, 0, GREEDY), mel: new Float32Array(7) };
  const [first, second] = await Promise.all([
    thrownCode(() => own.decodeWindow(wrong)),
    thrownCode(() => own.decodeWindow(windowOf(sentence, 0, GREEDY))),
  ]);
  expect([first, second]).toEqual(["INTERNAL", "INTERNAL"]);
  expect(await thrownCode(() => own.decodeWindow(windowOf(sentence, 0, GREEDY)))).toBe("INTERNAL");
  await own.close();
  // A second close does no harm.
  await own.close();
});

test("a token that does not exist fails the decoder, and the engine closes all the same", async () => {
  const own = await start("base");
  const { mel, windowSeconds } = windowOf(sentence, 0);
  const request = { mel, windowSeconds, language: "en", task: "transcribe", tokens: [10_000_000] } as const;
  expect(await thrownCode(() => own.align(request))).toBe("INTERNAL");
  await own.close();
});

function start(model: string, more: Pick<EngineOptions, "encodesAhead"> = {}): Promise<Engine> {
  return Engine.start({ model, compute: undefined, threads: 2, ...more });
}
