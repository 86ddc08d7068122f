/** The embedded model on a real voice: what a window gives must not depend on what is decoded beside it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packagePath } from "../../../src/assets.js";
import { BatchDecoder } from "../../../src/model/decoding/batch-decoder.js";
import type { DecodingOptions } from "../../../src/model/decoding-options.js";
import { WhisperTokenizer } from "../../../src/model/tokenizer.js";
import { WhisperRuntime } from "../../../src/model/whisper-runtime.js";
import type { WindowRequest, WindowResult } from "../../../src/model/window.js";
import { SAMPLE_RATE_HZ } from "../../../src/units.js";
import { plainText, SENTENCE, sentenceSamples, windowOf } from "../speech-window.js";

const MODEL = packagePath("models/whisper-base-int8");
/** Parts of the sentence, in seconds: of different length, so that they end one after the other. */
const PARTS = [
  [0, 8],
  [3.4, 5.1],
  [1.5, 5],
] as const;
const JOHN = 2619; // " John"

let runtime: WhisperRuntime;
let tokenizer: WhisperTokenizer;
let sentence: Float32Array;
beforeAll(async () => {
  runtime = await WhisperRuntime.load(MODEL, 2);
  tokenizer = new WhisperTokenizer(runtime.textTokens, runtime.config);
  sentence = await sentenceSamples();
});
afterAll(() => runtime.release());

describe("alone and beside others: the same, bit for bit", () => {
  test("beams, three windows", async () => {
    const options = { beamSize: 3 };
    const together = await decodeAll(PARTS.map((_, part) => partOf(part, options)));
    expectSentence(together[0]!);
    // The last window moves into the place of the second, which ends before it.
    const [alone] = await decodeAll([partOf(2, options)]);
    expect(withoutTimes(together[2]!)).toEqual(withoutTimes(alone!));
    expect(together.filter(({ tokenCount }) => tokenCount > 3)).toHaveLength(PARTS.length);
  });

  test("at a higher temperature", async () => {
    // No log-probability is above 0: every window falls back, and is sampled.
    const options = {
      beamSize: 1,
      temperatures: [0, 0.3],
      bestOf: 2,
      logprobThreshold: 0,
      noSpeechThreshold: undefined,
    };
    const [, together] = await decodeAll([partOf(1, options), partOf(2, options)]);
    const [alone] = await decodeAll([partOf(2, options)]);
    expect(withoutTimes(together!)).toEqual(withoutTimes(alone!));
    expect(alone).toMatchObject({ temperature: 0.3, fallbacks: 1 });
    expect(alone!.tokenCount).toBeGreaterThan(5);
  });
});

test("greedy, and another token suppressed than in the window that waits for it", async () => {
  const options = { beamSize: 1, suppressTokens: [-1, JOHN] };
  const [suppressed, plain] = await decodeAll([partOf(0, options), partOf(0, { beamSize: 1 })]);
  expectSentence(plain!);
  expect(tokensOf(plain!)).toContain(JOHN);
  expect(tokensOf(suppressed!)).not.toContain(JOHN);
  expect(plainText(suppressed!)).toContain("dashwood had then leisure");
});

test("there is room for as many windows as said, and only for those that can share its steps", async () => {
  const batch = new BatchDecoder(runtime, tokenizer, 2);
  const results: WindowResult[] = [];
  const settle = (result: WindowResult) => results.push(result);
  // Any probability of no speech is above 0: all is silence, and its text is dropped.
  const options = { beamSize: 1, noSpeechThreshold: 0, logprobThreshold: undefined };
  const others = [{ beamSize: 3 }, { beamSize: 1, suppressTokens: [-1, JOHN] }];
  const admitted = () => others.map((other) => batch.canAdmit(partOf(1, other)));
  expect(batch.isIdle).toBe(true);
  await batch.admit(partOf(1, options), settle);
  expect(admitted()).toEqual([false, false]);
  // No beams are one beam; what only ends the window, and its language and task, are its own.
  for (const alike of [options, { beamSize: 0 }, { beamSize: 1, task: "translate", language: "de" } as const])
    expect(batch.canAdmit(partOf(1, alike))).toBe(true);
  await batch.admit(partOf(1, options), settle);
  expect(batch.canAdmit(partOf(2, options))).toBe(false);
  while (!batch.isIdle) await batch.step();
  expect(admitted()).toEqual([true, true]);
  expect(results).toHaveLength(2);
  for (const result of results) {
    expect(result).toMatchObject({ isSilence: true, segments: [], resumeSeconds: undefined });
    expect(result.tokenCount).toBeGreaterThan(2);
  }
});

function expectSentence(result: WindowResult): void {
  expect(plainText(result)).toBe(SENTENCE);
  expect(result).toMatchObject({ language: "en", isSilence: false, temperature: 0, fallbacks: 0 });
  expect(result.resumeSeconds).toBeUndefined();
  expect(result.languageProbability).toBeGreaterThan(0.8);
  expect(result.avgLogprob).toBeGreaterThan(-0.5);
  expect(result.noSpeechProb).toBeLessThan(0.3);
  expect(result.compressionRatio).toBeGreaterThan(0.8);
  expect(result.segments[0]!.startSeconds).toBeLessThan(1);
  expect(result.segments.at(-1)!.endSeconds).toBeGreaterThan(6);
  expect(Math.min(result.encodeSeconds, result.decodeSeconds)).toBeGreaterThan(0);
}

/** Each part is a recording of its own, so that its language is its own too. */
function partOf(part: number, options: Partial<DecodingOptions>): WindowRequest {
  const [start, end] = PARTS[part]!;
  return windowOf(sentence.subarray(start * SAMPLE_RATE_HZ, end * SAMPLE_RATE_HZ), part, options);
}

/** As the worker does it: windows join as soon as there is room. */
async function decodeAll(requests: readonly WindowRequest[]): Promise<WindowResult[]> {
  const batch = new BatchDecoder(runtime, tokenizer, 4);
  const results: WindowResult[] = [];
  let next = 0;
  while (next < requests.length || !batch.isIdle) {
    const request = requests[next];
    if (request !== undefined && batch.canAdmit(request)) {
      const place = next++;
      await batch.admit(request, (result) => {
        results[place] = result;
      });
    } else {
      await batch.step();
    }
  }
  return results;
}

function tokensOf({ segments }: WindowResult): number[] {
  return segments.flatMap(({ tokens }) => [...tokens]);
}

function withoutTimes({ encodeSeconds: _, decodeSeconds: __, ...result }: WindowResult) {
  return result;
}
