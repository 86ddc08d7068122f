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
  [2.8, 8],
] as const;

let runtime: WhisperRuntime;
let tokenizer: WhisperTokenizer;
let sentence: Float32Array;
beforeAll(async () => {
  runtime = await WhisperRuntime.load(MODEL, 2);
  tokenizer = WhisperTokenizer.load(MODEL, runtime.config);
  sentence = await sentenceSamples();
});
afterAll(() => runtime.release());

describe("alone and beside others: the same, bit for bit", () => {
  test("5 beams, four windows", async () => {
    const together = await decodeAll(PARTS.map((_, part) => partOf(part, {})));
    expectSentence(together[0]!);
    // The last window moves into the places of those that end before it.
    const [alone] = await decodeAll([partOf(3, {})]);
    expect(withoutTimes(together[3]!)).toEqual(withoutTimes(alone!));
    expect(together.filter(({ tokenCount }) => tokenCount > 3)).toHaveLength(PARTS.length);
  });

  test("at a higher temperature", async () => {
    // No log-probability is above 0: every window falls back, and is sampled.
    const options = {
      beamSize: 2,
      temperatures: [0, 0.4],
      bestOf: 3,
      logprobThreshold: 0,
      noSpeechThreshold: undefined,
    };
    const [, together] = await decodeAll([partOf(1, options), partOf(0, options)]);
    const [alone] = await decodeAll([partOf(0, options)]);
    expect(withoutTimes(together!)).toEqual(withoutTimes(alone!));
    expect(alone).toMatchObject({ temperature: 0.4, fallbacks: 1 });
    expect(alone!.tokenCount).toBeGreaterThan(10);
  });

  test("another token suppressed than in the window beside it", async () => {
    const [john] = tokenizer.encode(" John");
    const options = { beamSize: 1, suppressTokens: [-1, john!] };
    const [, together] = await decodeAll([partOf(1, { beamSize: 1 }), partOf(0, options)]);
    const [alone] = await decodeAll([partOf(0, options)]);
    expect(tokensOf(alone!)).not.toContain(john);
    expect(tokensOf(together!)).toEqual(tokensOf(alone!));
    expect(withoutTimes(together!)).toEqual(withoutTimes(alone!));
  });
});

test("greedy: the same sentence", async () => {
  const [result] = await decodeAll([partOf(0, { beamSize: 1 })]);
  expectSentence(result!);
});

test("there is room for as many windows as said, and only for those with as many rows", async () => {
  const batch = new BatchDecoder(runtime, tokenizer, 2);
  const results: WindowResult[] = [];
  const settle = (result: WindowResult) => results.push(result);
  // Any probability of no speech is above 0: all is silence, and its text is dropped.
  const options = { beamSize: 1, noSpeechThreshold: 0, logprobThreshold: undefined };
  expect(batch.isIdle).toBe(true);
  await batch.admit(partOf(1, options), settle);
  expect(batch.canAdmit(partOf(1, { beamSize: 3 }))).toBe(false);
  expect(batch.canAdmit(partOf(1, options))).toBe(true);
  await batch.admit(partOf(1, options), settle);
  expect(batch.canAdmit(partOf(2, options))).toBe(false);
  while (!batch.isIdle) await batch.step();
  expect(batch.canAdmit(partOf(2, { beamSize: 3 }))).toBe(true);
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
