/** The engine in a process of its own. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { memoryUsage } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { LAYOUT_NAME } from "../../src/model/compute-type.js";
import { Engine } from "../../src/model/engine.js";
import { startProcess } from "../../src/model/engine-transport.js";
import { floatTensor, writeSafetensors } from "./safetensors-file.js";
import { partialOf, plainText, SENTENCE, sentenceSamples, windowOf } from "./speech-window.js";
import { temporaryFolder } from "./temporary-folder.js";
import { thrownCode } from "./thrown-code.js";

const folder = temporaryFolder();

const OPTIONS = { model: "base", compute: undefined, threads: 2, isIsolated: true };

test("answers as a thread does, and leaves no memory behind, however often", async () => {
  const sentence = await sentenceSamples();
  const before = memoryUsage.rss();
  for (let round = 0; round < 3; round++) {
    const engine = await Engine.start(OPTIONS);
    const greedy = windowOf(sentence, engine.newRecording(), { beamSize: 1 });
    const { mel } = greedy;
    const [final, partial] = await Promise.all([
      engine.decodeWindow(greedy),
      engine.decodePartial(partialOf(sentence, 0)),
    ]);
    expect(plainText(final)).toBe(SENTENCE);
    expect(plainText(partial)).toBe(SENTENCE);
    // Given away: it is gone here as it is where a thread has it.
    expect(mel).toHaveLength(0);
    await engine.close();
    await engine.close();
    expect(await thrownCode(() => engine.decodePartial(partialOf(sentence, 0)))).toBe("INTERRUPTED");
  }
  expect(memoryUsage.rss() - before).toBeLessThan(50e6);
});

test("two models side by side", async () => {
  const sentence = await sentenceSamples();
  const engines = await Promise.all([Engine.start(OPTIONS), Engine.start({ ...OPTIONS, isIsolated: false })]);
  const results = await Promise.all(engines.map((engine) => engine.decodePartial(partialOf(sentence, 0))));
  expect(results.map(plainText)).toEqual([SENTENCE, SENTENCE]);
  // One's text, cut into tokens by the other, is a draft for it.
  const draft = engines[1]!.encode(results[0]!.text);
  const { acceptedTokens } = await engines[1]!.decodePartial(partialOf(sentence, 0, { draft }));
  expect(acceptedTokens).toBe(draft.length);
  await Promise.all(engines.map((engine) => engine.close()));
});

test("what cannot be loaded says so", async () => {
  expect(await thrownCode(() => Engine.start({ ...OPTIONS, model: "enormous" }))).toBe("MODEL_NOT_FOUND");
  expect(await thrownCode(() => Engine.start({ ...OPTIONS, model: packagePath("src") }))).toBe(
    "MODEL_BROKEN",
  );
});

test("what is asked while it loads is answered, and ends with it where it cannot be loaded", async () => {
  const sentence = await sentenceSamples();
  for (const encodesAhead of [false, true]) {
    const engine = await Engine.open({ ...OPTIONS, isIsolated: false, encodesAhead });
    const window = engine.decodeWindow(windowOf(sentence, engine.newRecording(), { beamSize: 1 }));
    expect(plainText(await window)).toBe(SENTENCE);
    expect(await engine.loaded).toBeGreaterThan(0);
    await engine.close();
    const early = await Engine.open({ ...OPTIONS, isIsolated: false, encodesAhead });
    const left = early.decodeWindow(windowOf(sentence, early.newRecording()));
    await Promise.all([expect(left).rejects.toMatchObject({ code: "INTERRUPTED" }), early.close()]);
    const broken = await Engine.open({ ...OPTIONS, model: brokenModel(), encodesAhead });
    const lost = broken.decodeWindow(windowOf(sentence, broken.newRecording()));
    await expect(lost).rejects.toMatchObject({ code: "MODEL_BROKEN" });
    await expect(broken.loaded).rejects.toMatchObject({ code: "MODEL_BROKEN" });
    await broken.close();
  }
});

test("Ctrl+C does not reach it, and it ends with its parent, at once and without a word", async () => {
  const child = startedProcess();
  const [loaded] = await once(child, "message");
  expect(loaded).toMatchObject({ type: "loaded" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) child.kill(signal);
  child.send({ type: "language", id: 5, request: { mel: new Float32Array(80 * 3000) } });
  expect((await once(child, "message"))[0]).toMatchObject({ type: "result", id: 5 });
  child.send({ type: "language", id: 6, request: { mel: new Float32Array(80 * 3000) } });
  await sleep(50); // It encodes now: 300 ms for both threads.
  child.disconnect();
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
});

test("whoever waits is told when it is killed", async () => {
  const sentence = await sentenceSamples();
  const engine = await Engine.start(OPTIONS);
  const code = thrownCode(() => engine.decodeWindow(windowOf(sentence, 0)));
  process.kill(engine.processId!, "SIGKILL");
  expect(await code).toBe("INTERNAL");
  await engine.close();
});

function startedProcess(): ChildProcess {
  const folder = packagePath("models/whisper-base-int8");
  return startProcess({
    folder,
    threads: 2,
    maxWindows: 1,
    encodesAhead: false,
    isLean: true,
    accelerator: undefined,
    isTraced: false,
  }).events as ChildProcess;
}

/** Its weights are found, and turn out to be something else when they are loaded. */
function brokenModel(): string {
  const model = join(folder, "broken");
  cpSync(packagePath("models/whisper-base-int8"), model, { recursive: true });
  const tensors = { "decoder.embed_tokens.weight": floatTensor([1], new Float32Array(1)) };
  writeSafetensors(join(model, "model.safetensors"), tensors, { format: LAYOUT_NAME, compute: "int8" });
  return model;
}
