import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine } from "../../src/model/engine.js";
import { plainText, SENTENCE, sentenceSamples, windowOf } from "./speech-window.js";
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

test("the embedded model", () => {
  expect(engine.nMels).toBe(80);
  expect(engine.isMultilingual).toBe(true);
  expect(engine.maxWindows).toBeGreaterThan(1);
  expect(engine.loadSeconds).toBeGreaterThan(0);
});

test("windows of other recordings, beams and tasks at once: each its own result", async () => {
  const recording = engine.newRecording();
  const other = engine.newRecording();
  expect(other).not.toBe(recording);
  const [greedy, beams, translated] = await Promise.all([
    engine.decodeWindow(windowOf(sentence, recording, GREEDY)),
    engine.decodeWindow(windowOf(sentence, recording, { beamSize: 3 })),
    engine.decodeWindow(windowOf(sentence, other, { ...GREEDY, task: "translate", language: "en" })),
  ]);
  expect(plainText(greedy)).toBe(SENTENCE);
  expect(plainText(beams)).toBe(SENTENCE);
  expect(plainText(translated)).toMatch(/dashwood/);
  expect(greedy.languageProbability).toBeLessThan(1);
  // A language that is given is taken, not detected.
  expect(translated).toMatchObject({ language: "en", languageProbability: 1 });
  engine.endRecording(recording);
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

function start(model: string): Promise<Engine> {
  return Engine.start({ model, compute: undefined, threads: 2 });
}
