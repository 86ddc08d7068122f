import { describe, expect, test } from "vitest";
import { DEFAULT_DECODING_OPTIONS } from "../../src/model/decoding-options.js";
import type { Engine } from "../../src/model/engine.js";
import type { WindowRequest, WindowResult } from "../../src/model/window.js";
import { decodeWhole } from "../../src/pipeline/decode-window.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../../src/units.js";

const N_MELS = 80;

interface Said {
  readonly untilSeconds: number;
  readonly text?: string;
  readonly resumeSeconds?: number;
  /** Times of its last words, where they are known. */
  readonly words?: readonly (readonly [number, number])[];
}

describe("what the model leaves of a window of 9 s is asked for again", () => {
  check("text to the end: nothing", [{ untilSeconds: 8.5 }], [0]);
  check("text that ends 2 s early: the model may be right", [{ untilSeconds: 7 }], [0]);
  check("text that stops in the middle", [{ untilSeconds: 4 }, { untilSeconds: 4.5 }], [0, 4]);
  check("a segment that begins and says nothing", [{ untilSeconds: 5, resumeSeconds: 5 }], [0, 5]);
  check(
    "where it began a segment, not where its text ended",
    [{ untilSeconds: 2, resumeSeconds: 3 }],
    [0, 3],
  );
  const early = { untilSeconds: 5, resumeSeconds: 5 };
  const words = [
    [4.2, 4.8],
    [5.2, 5.7],
  ] as const;
  check("not the words that lie behind the start of that segment", [{ ...early, words }], [0, 5.7]);
  check("a word that only ends behind it", [{ ...early, words: [[4.8, 5.3]] }], [0, 5]);
  check("nothing, where less than a second is left", [{ ...early, words: [[7.8, 8.2]] }], [0]);
  check("silence is left alone", [{ untilSeconds: 3, text: "" }], [0]);
  check(
    "and no more than three times where it stops again and again",
    Array.from({ length: 9 }, () => ({ untilSeconds: 0.5 })),
    [0, 0.5, 1, 1.5],
  );

  function check(name: string, answers: readonly Said[], wanted: readonly number[]) {
    test(name, async () => expect(await startsOf(answers, 9)).toEqual(wanted));
  }
});

test("text that stops behind the last 3 s of speech is all there is, however long the window", async () => {
  expect(await startsOf([{ untilSeconds: 4 }], 9, [{ startSample: 0, endSample: seconds(5) }])).toEqual([0]);
});

/** Where the windows began that the engine was asked for, in seconds. */
async function startsOf(answers: readonly Said[], windowSeconds: number, speech?: readonly Span[]) {
  const asked: number[] = [];
  const decodeWindow = async (request: WindowRequest): Promise<WindowResult> => {
    asked.push(windowSeconds - request.windowSeconds);
    return result(answers[asked.length - 1] ?? { untilSeconds: request.windowSeconds });
  };
  const engine = { nMels: N_MELS, decodeWindow } as unknown as Engine;
  const endSample = seconds(windowSeconds);
  const columns = new Float32Array((endSample / HOP_SAMPLES) * N_MELS);
  const parts = await decodeWhole(
    {
      startSample: 0,
      endSample,
      speech: speech ?? [{ startSample: 0, endSample }],
      columns,
      alignColumns: columns,
      channel: 0,
      settledSample: 0,
    },
    {
      options: { decoding: DEFAULT_DECODING_OPTIONS, words: false },
      engine,
      aligner: undefined,
      recording: 0,
      prompt: [],
      keepsAudio: true,
    },
  );
  expect(parts).toHaveLength(asked.length);
  return asked;
}

interface Span {
  readonly startSample: number;
  readonly endSample: number;
}

function result({ untilSeconds, text = " words", resumeSeconds, words }: Said): WindowResult {
  const segments = text === "" ? [] : [{ startSeconds: 0, endSeconds: untilSeconds, text, tokens: [1] }];
  return {
    tokens: [1],
    segments,
    resumeSeconds,
    isCut: false,
    seekFrames: 0,
    endsWithOneTimestamp: true,
    isSilence: text === "",
    alignment: words?.map(([startSeconds, endSeconds]) => ({
      word: " word",
      tokens: [1],
      startSeconds,
      endSeconds,
      probability: 1,
    })),
    language: "en",
    languageProbability: 1,
    temperature: 0,
    avgLogprob: -0.2,
    compressionRatio: 1,
    noSpeechProb: 0,
    tokenCount: 1,
    fallbacks: 0,
    encodeSeconds: 0,
    decodeSeconds: 0,
  };
}

function seconds(value: number): number {
  return value * SAMPLE_RATE_HZ;
}
