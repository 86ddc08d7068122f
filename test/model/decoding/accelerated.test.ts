/** What an accelerator runs, on the CPU: float16 graphs, and the encoder's output in place of keys and values. A real voice, real weights. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Provider } from "../../../src/model/compute-device.js";
import { convertModel } from "../../../src/model/convert.js";
import { BatchDecoder } from "../../../src/model/decoding/batch-decoder.js";
import { PartialDecoder } from "../../../src/model/decoding/partial-decoder.js";
import { alignedWords } from "../../../src/model/timing/unaligned-words.js";
import { WhisperTokenizer } from "../../../src/model/tokenizer.js";
import { WhisperRuntime } from "../../../src/model/whisper-runtime.js";
import { SAMPLE_RATE_HZ } from "../../../src/units.js";
import { missing, WEIGHTS_FOLDER } from "../../needs.js";
import { partialOf, plainText, SENTENCE, sentenceSamples, windowOf } from "../speech-window.js";
import { temporaryFolder } from "../temporary-folder.js";

/** Of the sentence, in seconds. */
const PARTS = [
  [0, 8],
  [1.5, 5],
] as const;
const FRAME_SECONDS = 0.02;

describe.skipIf(missing("weights"))("tiny.en as fp16: text and word times as on the CPU", () => {
  const folder = join(temporaryFolder(), "tiny.en-fp16");
  const runtimes: WhisperRuntime[] = [];
  let sentence: Float32Array;
  beforeAll(async () => {
    await convertModel({
      source: join(WEIGHTS_FOLDER, "openai/whisper-tiny.en"),
      destination: folder,
      compute: "fp16",
    });
    for (const accelerator of [undefined, "cpu"] satisfies (Provider | undefined)[])
      runtimes.push(await WhisperRuntime.load(folder, 2, { accelerator }));
    sentence = await sentenceSamples();
  });
  afterAll(() => Promise.all(runtimes.map((runtime) => runtime.release())));

  test("whole windows, with beams, side by side", async () => {
    expect(runtimes.map(({ crossStorage }) => crossStorage)).toEqual(["float32", "hidden16"]);
    const [plain, accelerated] = await both(windows);
    expect(accelerated!.map(({ text }) => text)).toEqual(plain!.map(({ text }) => text));
    expect(plain![0]!.text).toBe(SENTENCE);
    for (const [part, { words }] of accelerated!.entries()) {
      const expected = plain![part]!.words;
      expect(words.map(({ word }) => word)).toEqual(expected.map(({ word }) => word));
      expect(words.length).toBeGreaterThan(5);
      for (const [i, { startSeconds, probability }] of words.entries()) {
        expect(Math.abs(startSeconds - expected[i]!.startSeconds)).toBeLessThan(2 * FRAME_SECONDS);
        expect(probability).toBeCloseTo(expected[i]!.probability, 1);
      }
    }
  });

  test("shorter windows, read again from a draft", async () => {
    const [plain, accelerated] = await both(partials);
    expect(accelerated).toEqual(plain);
    expect(plain![1]!.text).toBe(SENTENCE);
    expect(plain![1]!.acceptedTokens).toBeGreaterThan(5);
  });

  function both<Result>(work: (runtime: WhisperRuntime, tokenizer: WhisperTokenizer) => Promise<Result>) {
    return Promise.all(
      runtimes.map((runtime) => work(runtime, new WhisperTokenizer(runtime.textTokens, runtime.config))),
    );
  }

  async function windows(runtime: WhisperRuntime, tokenizer: WhisperTokenizer) {
    const batch = new BatchDecoder(runtime, tokenizer, PARTS.length);
    const results: { text: string; words: ReturnType<typeof alignedWords> }[] = [];
    for (const [part, [start, end]] of PARTS.entries()) {
      const samples = sentence.subarray(start * SAMPLE_RATE_HZ, end * SAMPLE_RATE_HZ);
      const request = { ...windowOf(samples, part, { beamSize: 3 }), wantWords: true };
      await batch.admit(request, (result, words) => {
        results[part] = { text: plainText(result), words: alignedWords(words!) };
      });
    }
    while (!batch.isIdle) await batch.step();
    return results;
  }

  async function partials(runtime: WhisperRuntime, tokenizer: WhisperTokenizer) {
    const decoder = new PartialDecoder(runtime, tokenizer, async () => {});
    const results: { text: string; acceptedTokens: number }[] = [];
    let draft: readonly number[] = [];
    for (const seconds of [4, 7]) {
      const request = partialOf(sentence.subarray(0, seconds * SAMPLE_RATE_HZ), 0, { draft });
      const result = await decoder.decode(request, undefined, new AbortController().signal);
      draft = result!.tokens;
      results.push({ text: plainText(result!), acceptedTokens: result!.acceptedTokens });
    }
    return results;
  }
});
