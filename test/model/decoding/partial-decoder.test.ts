/** The embedded model on a real voice: a draft must not change what is heard. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packagePath } from "../../../src/assets.js";
import { PartialDecoder } from "../../../src/model/decoding/partial-decoder.js";
import type { PartialRequest, PartialResult } from "../../../src/model/live-window.js";
import { WhisperTokenizer } from "../../../src/model/tokenizer.js";
import { WhisperRuntime } from "../../../src/model/whisper-runtime.js";
import { SAMPLE_RATE_HZ } from "../../../src/units.js";
import { partialOf, plainText, SENTENCE, sentenceSamples } from "../speech-window.js";

const FIRST_TEXT_TOKEN = 1000;

let runtime: WhisperRuntime;
let tokenizer: WhisperTokenizer;
let decoder: PartialDecoder;
let sentence: Float32Array;
beforeAll(async () => {
  runtime = await WhisperRuntime.load(packagePath("models/whisper-base-int8"), 2);
  tokenizer = new WhisperTokenizer(runtime.textTokens, runtime.config);
  decoder = new PartialDecoder(runtime, tokenizer, async () => {});
  sentence = await sentenceSamples();
});
afterAll(() => runtime.release());

test("a sentence, its words and where they lie", async () => {
  const result = await decode(7);
  expect(plainText(result)).toBe(SENTENCE);
  expect(result).toMatchObject({ isCut: false, language: "en", acceptedTokens: 0 });
  expect(result.languageProbability).toBeGreaterThan(0.8);
  expect(result.noSpeechProb).toBeLessThan(0.3);
  expect(result.avgLogprob).toBeGreaterThan(-0.5);
  expect(result.words.flatMap(({ tokens }) => [...tokens])).toEqual(result.tokens);
  for (const [i, word] of result.words.entries()) {
    expect(word.startSeconds).toBeGreaterThanOrEqual(result.words[i - 1]?.endSeconds ?? 0);
    expect(word.endSeconds).toBeLessThanOrEqual(7.1);
    expect(word.probability).toBeGreaterThan(0.1);
    // A word's last token is chosen while the decoder hears it.
    expect(word.attendedSeconds).toBeGreaterThan(word.startSeconds - 0.3);
    expect(word.attendedSeconds).toBeLessThan(word.endSeconds + 0.3);
  }
});

test("less audio, less text", async () => {
  const first = await decode(2);
  expect(plainText(first)).toMatch(/^and mr john dashwood had/);
  expect(first.words.at(-1)!.endSeconds).toBeLessThanOrEqual(2);
});

describe("any draft, the same text", () => {
  test.each([
    [1.3, 1],
    [4, 2.2],
    [5.5, 5],
    [7, 6],
  ])("%f s of audio, drafts made of what was heard after %f s", async (seconds, earlierSeconds) => {
    const plain = await decode(seconds);
    const earlier = await decode(earlierSeconds);
    const half = plain.tokens.length >> 1;
    const drafts = {
      right: plain.tokens,
      earlier: earlier.tokens,
      short: plain.tokens.slice(0, half),
      "wrong from the first token on": plain.tokens.map((token) => token + 1),
      "wrong in the middle": plain.tokens.with(half, FIRST_TEXT_TOKEN),
      "too long": [...plain.tokens, ...plain.tokens, ...plain.tokens],
      "longer than a window's text": new Array<number>(500).fill(FIRST_TEXT_TOKEN),
      "beyond the end": [...plain.tokens, tokenizer.endToken],
    };
    for (const [name, draft] of Object.entries(drafts)) {
      const { tokens, acceptedTokens, words } = await decode(seconds, { draft });
      expect(tokens, name).toEqual(plain.tokens);
      expect(acceptedTokens, name).toBe(rightOf(draft, plain.tokens));
      for (const [i, word] of words.entries()) {
        expect(word.endSeconds, name).toBeCloseTo(plain.words[i]!.endSeconds, 1);
        expect(word.probability, name).toBeCloseTo(plain.words[i]!.probability, 1);
      }
    }
  });
});

test("a prefix is part of the text, whatever the model thinks of it, and a draft goes on from it", async () => {
  const plain = await decode(7);
  const prefix = plain.tokens.slice(0, 9);
  const draft = plain.tokens.slice(9, 15);
  expect((await decode(7, { prefix })).tokens).toEqual(plain.tokens);
  const drafted = await decode(7, { prefix, draft });
  expect(drafted.tokens).toEqual(plain.tokens);
  expect(drafted.acceptedTokens).toBe(draft.length);
  const odd = prefix.with(5, FIRST_TEXT_TOKEN);
  const forced = await decode(7, { prefix: odd });
  expect(forced.tokens.slice(0, odd.length)).toEqual(odd);
  expect(forced.words.find(({ tokens }) => tokens.includes(FIRST_TEXT_TOKEN))!.probability).toBeLessThan(0.1);
  // Where all is confirmed nothing needs to follow.
  expect((await decode(7, { prefix: plain.tokens })).tokens).toEqual(plain.tokens);
});

test("a language that is settled or asked for is not looked for", async () => {
  const settled = { language: "de", probability: 0.7 };
  const german = await decoder.decode(request(3), settled, new AbortController().signal);
  expect(german).toMatchObject({ language: "de", languageProbability: 0.7 });
  expect(await decode(3, { language: "en" })).toMatchObject({ language: "en", languageProbability: 1 });
});

test("nobody waits for what is aborted", async () => {
  const controller = new AbortController();
  const breathing = new PartialDecoder(runtime, tokenizer, async () => controller.abort());
  expect(await breathing.decode(request(7), undefined, controller.signal)).toBeUndefined();
});

async function decode(seconds: number, options: Partial<PartialRequest> = {}): Promise<PartialResult> {
  const result = await decoder.decode(request(seconds, options), undefined, new AbortController().signal);
  return result!;
}

function request(seconds: number, options: Partial<PartialRequest> = {}): PartialRequest {
  return partialOf(sentence.subarray(0, seconds * SAMPLE_RATE_HZ), 0, options);
}

function rightOf(draft: readonly number[], tokens: readonly number[]): number {
  const wrong = draft.findIndex((token, i) => token !== tokens[i]);
  return wrong < 0 ? draft.length : wrong;
}
