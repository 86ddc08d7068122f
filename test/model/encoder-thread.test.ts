import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { type EncodedPart, EncoderSession } from "../../src/model/audio-encoder.js";
import { EncoderThread } from "../../src/model/encoder-thread.js";
import { Engine } from "../../src/model/engine.js";
import type { WindowResult } from "../../src/model/window.js";
import { listenToTrace } from "../../src/tracing.js";
import { plainText, SENTENCE, sentenceSamples, windowOf } from "./speech-window.js";
import { thrownCode } from "./thrown-code.js";

const MODEL = packagePath("models/whisper-base-int8");

let samples: Float32Array;
beforeAll(async () => {
  samples = await sentenceSamples();
});
const melOf = () => windowOf(samples, 0).mel;

test("another thread gives what this one gives, in the order asked, and ends", async () => {
  const [session, thread] = [await EncoderSession.load(MODEL, 1), await EncoderThread.start(MODEL, 1)];
  const own = await partsOf(session.encode(melOf()));
  const silence = new Float32Array(melOf().length);
  const theirs = await Promise.all([melOf(), silence, melOf()].map((mel) => thread.encodeWhole(mel)));
  const [first, second, third] = theirs.map(digestOf);
  expect([first, third]).toEqual([digestOf(own), digestOf(own)]);
  expect(second).not.toBe(digestOf(own));
  await Promise.all([session.release(), thread.release()]);
  expect(await thrownCode(() => thread.encodeWhole(melOf()))).toBe("INTERNAL");
});

test("a window in a buffer with something else leaves that alone", async () => {
  const [session, thread] = [await EncoderSession.load(MODEL, 1), await EncoderThread.start(MODEL, 1)];
  const mel = melOf();
  const shared = new Float32Array(mel.length + 1);
  shared.set(mel);
  shared[mel.length] = 7;
  const parts = [
    await partsOf(thread.encode(shared.subarray(0, mel.length))),
    await partsOf(session.encode(shared.subarray(0, mel.length))),
    await partsOf(session.encode(mel)),
  ];
  expect(shared.at(-1)).toBe(7);
  expect(new Set(parts.map(digestOf)).size).toBe(1);
  await Promise.all([session.release(), thread.release()]);
});

test("columns that are not given are as the last one", async () => {
  const session = await EncoderSession.load(MODEL, 2);
  const columns = 1200;
  const whole = melOf();
  const given = new Float32Array(80 * columns);
  for (let band = 0; band < 80; band++) {
    given.set(whole.subarray(band * 3000, band * 3000 + columns), band * columns);
    whole.fill(given[(band + 1) * columns - 1]!, band * 3000 + columns, (band + 1) * 3000);
  }
  const expected = digestOf(await partsOf(session.encode(whole)));
  expect(digestOf(await partsOf(session.encode(given.slice(), 1500)))).toBe(expected);
  expect(digestOf(await partsOf(session.encode(given.slice())))).not.toBe(expected);
  for (const frames of [1501, 599, 0, 1.5])
    await expect(partsOf(session.encode(given, frames))).rejects.toThrow(RangeError);
  await session.release();
});

test("a folder without a model", async () => {
  expect(await thrownCode(() => EncoderThread.start(packagePath("src"), 1))).toBe("MODEL_BROKEN");
});

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.start({ model: "base", compute: undefined, threads: 2, encodesAhead: true });
});
afterAll(() => engine.close());

test("an engine that encodes ahead: windows, alignment and language as without", async () => {
  expect(engine.encodesAhead).toBe(true);
  const options = { beamSize: 1, temperatures: [0] };
  const recording = engine.newRecording();
  const results = await Promise.all(
    Array.from({ length: 4 }, () =>
      engine.decodeWindow({ ...windowOf(samples, recording, options), wantWords: true }),
    ),
  );
  expect(results.map(plainText)).toEqual(new Array(4).fill(SENTENCE));
  const { mel, windowSeconds } = windowOf(samples, recording);
  const tokens = engine.encode(results[0]!.segments.map(({ text }) => text).join(""));
  const given = await engine.align({ mel, windowSeconds, language: "en", task: "transcribe", tokens });
  expect(given).toEqual(results[0]!.alignment);
  expect((await engine.detectLanguage(melOf())).language).toBe("en");
});

test("where no window is to come the decoder has all threads, says the same, and gives them back", async () => {
  const threads: string[] = [];
  const traced = listenToTrace(({ track, name }) => {
    if (track === "engine" && name === "threads") threads.push(name);
  });
  const own = await Engine.start({ model: "base", compute: undefined, threads: 2, encodesAhead: true });
  try {
    const decode = () => own.decodeWindow(windowOf(samples, own.newRecording(), { temperatures: [0] }));
    const alone = await decode();
    const last = decode();
    own.expectWindows(false);
    expect(textAndScores(await last)).toEqual(textAndScores(alone));
    expect(textAndScores(await decode())).toEqual(textAndScores(alone));
    own.expectWindows(true);
    expect(textAndScores(await decode())).toEqual(textAndScores(alone));
  } finally {
    await own.close();
    traced();
  }
  expect(threads).toHaveLength(2);
});

test("word probabilities of the search are like those of reading the text again", async () => {
  const probabilities = async (wordProbabilities: "search" | "reading") => {
    const options = { beamSize: 2, temperatures: [0] };
    const request = {
      ...windowOf(samples, engine.newRecording(), options),
      wantWords: true,
      wordProbabilities,
    };
    return (await engine.decodeWindow(request)).alignment!.map(({ probability }) => probability);
  };
  const [searched, read] = [await probabilities("search"), await probabilities("reading")];
  expect(searched).toHaveLength(read.length);
  for (const [i, probability] of searched.entries()) {
    expect(probability).toBeGreaterThan(0);
    expect(probability).toBeLessThanOrEqual(1);
    expect(Math.abs(probability - read[i]!)).toBeLessThan(0.5);
  }
  expect(searched).not.toEqual(read);
});

function textAndScores({ segments, avgLogprob, noSpeechProb }: WindowResult) {
  return { segments, avgLogprob, noSpeechProb };
}

async function partsOf(parts: AsyncIterable<EncodedPart>): Promise<EncodedPart[]> {
  const all: EncodedPart[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

/** Of all names and numbers: vitest takes a minute and a half to compare them one by one. */
function digestOf(parts: readonly EncodedPart[]): string {
  const hash = createHash("sha256");
  for (const { part } of parts) {
    for (const [name, { data }] of Object.entries(part)) hash.update(name).update(data as Uint8Array);
  }
  return hash.digest("hex");
}
