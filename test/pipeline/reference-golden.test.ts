/**
 * `--strategy reference` against openai/whisper's own output on real speech (bench/golden.js does all clips): the same tokens,
 * times and figures from the same weights.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convertModel } from "../../src/model/convert.js";
import { DEFAULT_DECODING_OPTIONS } from "../../src/model/decoding-options.js";
import { Engine } from "../../src/model/engine.js";
import { DEFAULT_REFERENCE_OPTIONS } from "../../src/pipeline/reference/reference-options.js";
import { transcribe } from "../../src/pipeline/transcribe.js";
import type { TranscribeOptions } from "../../src/pipeline/transcribe-options.js";
import type { Segment } from "../../src/transcript.js";
import { temporaryFolder } from "../model/temporary-folder.js";
import { missing, SHARED_FOLDER, WEIGHTS_FOLDER } from "../needs.js";

/** Read speech, a speech of 29 s, noise and silence; 16 kHz at the source, decoded at temperature 0. */
const CLIPS = [
  "pocketsphinx/austen-0870.wav",
  "pocketsphinx/austen-0880.wav",
  "pocketsphinx/austen-0890.wav",
  "librispeech/1688-142285-0003.flac",
  "librispeech/6930-75918-0000.flac",
  "speechbrain/spk2_snt2.wav",
  "speeches/bush.wav",
  "picovoice/test_ja.wav",
  "nonspeech/silence_digital_10s.flac",
];

const OPTIONS: TranscribeOptions = {
  strategy: "reference",
  channel: "mix",
  speakers: [],
  raw: undefined,
  words: true,
  initialPrompt: undefined,
  decoding: DEFAULT_DECODING_OPTIONS,
  vad: undefined,
  reference: DEFAULT_REFERENCE_OPTIONS,
};

interface Golden {
  readonly language: string;
  readonly segments: readonly {
    readonly start: number;
    readonly end: number;
    readonly text: string;
    readonly tokens: readonly number[];
    readonly avg_logprob: number;
    readonly compression_ratio: number;
    readonly no_speech_prob: number;
    readonly words: readonly { word: string; start: number; end: number; probability: number }[];
  }[];
}

describe.skipIf(missing("shared") || missing("weights"))("openai/whisper base, beam 5", () => {
  const folder = temporaryFolder();
  let engine: Engine;
  beforeAll(async () => {
    const destination = join(folder, "whisper-base-fp32");
    await convertModel({
      source: join(WEIGHTS_FOLDER, "openai/whisper-base"),
      destination,
      compute: "fp32",
    });
    engine = await Engine.start({ model: destination, compute: undefined, threads: undefined });
  });
  afterAll(() => engine?.close());

  test.each(CLIPS)("%s", async (clip) => {
    const golden: Golden = JSON.parse(
      readFileSync(join(SHARED_FOLDER, "golden/base/beam5", `${clip}.json`), "utf8"),
    );
    const { segments, language } = await transcribed(join(SHARED_FOLDER, "data", clip), engine);
    const theirs = golden.segments.filter(({ text }) => text !== "");
    expect(segments.map(({ text }) => text)).toEqual(theirs.map(({ text }) => text));
    expect(segments.map(({ tokens }) => tokens)).toEqual(theirs.map(({ tokens }) => tokens));
    if (segments.length > 0) expect(language).toBe(golden.language);
    for (const [i, segment] of segments.entries()) {
      const other = theirs[i]!;
      expect(segment.startSeconds).toBeCloseTo(other.start, 4);
      expect(segment.endSeconds).toBeCloseTo(other.end, 4);
      expect(Math.abs(segment.avgLogprob - other.avg_logprob)).toBeLessThan(0.01);
      expect(Math.abs(segment.noSpeechProb - other.no_speech_prob)).toBeLessThan(0.01);
      expect(segment.words?.map(({ word }) => word)).toEqual(other.words.map(({ word }) => word));
      for (const [j, word] of segment.words!.entries()) {
        expect(Math.abs(word.startSeconds - other.words[j]!.start)).toBeLessThan(0.0201);
        expect(Math.abs(word.endSeconds - other.words[j]!.end)).toBeLessThan(0.0201);
        expect(Math.abs(word.probability - other.words[j]!.probability)).toBeLessThan(0.01);
      }
    }
  });
});

async function transcribed(
  path: string,
  engine: Engine,
): Promise<{ segments: Segment[]; language: string | undefined }> {
  const segments: Segment[] = [];
  let language: string | undefined;
  for await (const event of transcribe(path, OPTIONS, engine, new AbortController().signal)) {
    if (event.type === "segment") segments.push(event.segment);
    if (event.type === "end") ({ language } = event);
  }
  return { segments, language };
}
