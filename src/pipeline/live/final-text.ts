/** The final text of an utterance: decoded by the same rules as a window of a file. */
import type { FinalEvent } from "../../live-events.js";
import type { DecodingOptions } from "../../model/decoding-options.js";
import type { Engine } from "../../model/engine.js";
import type { WindowResult } from "../../model/window.js";
import { SAMPLE_RATE_HZ } from "../../units.js";
import { decodeWhole } from "../decode-window.js";
import { withoutInvented } from "../invented-text.js";
import { placeSegments } from "../place-segments.js";

/** What a final event says of the text. */
export type FinalText = Pick<
  FinalEvent,
  | "startSeconds"
  | "endSeconds"
  | "text"
  | "words"
  | "language"
  | "languageProbability"
  | "avgLogprob"
  | "noSpeechProb"
  | "temperature"
  | "computeSeconds"
>;

export interface DecodedText {
  readonly text: FinalText;
  /** Text tokens as they were sampled, for who guesses what is said in the same audio and some more. */
  readonly tokens: readonly number[];
  readonly results: readonly WindowResult[];
}

interface FinalRequest {
  readonly startSample: number;
  readonly endSample: number;
  /** [frames × mels] of that audio, given away. */
  readonly columns: Float32Array;
  /** End of the text before, of the same channel. */
  readonly notBeforeSeconds: number;
  readonly engine: Engine;
  readonly recording: number;
  readonly decoding: DecodingOptions;
}

export async function finalText(request: FinalRequest): Promise<DecodedText> {
  const { startSample, endSample, columns, notBeforeSeconds, engine, recording, decoding } = request;
  const began = performance.now();
  const window = {
    startSample,
    endSample,
    speech: [{ startSample, endSample }],
    columns,
    alignColumns: columns,
    channel: 0,
    settledSample: startSample,
  };
  const options = { decoding, words: true };
  const parts = await decodeWhole(window, { options, engine, aligner: undefined, recording, prompt: [] });
  let previousEnd = notBeforeSeconds;
  const segments = parts.flatMap((part) => {
    const { window, result, words } = withoutInvented(part, decoding);
    const placed = placeSegments(result, window, 0, previousEnd, words);
    previousEnd = placed.at(-1)?.endSeconds ?? previousEnd;
    return placed;
  });
  const results = parts.map(({ result }) => result);
  const { language, languageProbability, avgLogprob, noSpeechProb, temperature } = results[0]!;
  const tokens = results.flatMap((result) => result.tokens.filter((token) => token < engine.endToken));
  const text = {
    startSeconds: segments[0]?.startSeconds ?? startSample / SAMPLE_RATE_HZ,
    endSeconds: segments.at(-1)?.endSeconds ?? endSample / SAMPLE_RATE_HZ,
    text: textOf(segments),
    words: segments.flatMap(({ words }) => words ?? []),
    language,
    languageProbability,
    avgLogprob,
    noSpeechProb,
    temperature,
    computeSeconds: (performance.now() - began) / 1000,
  };
  return { text, tokens, results };
}

function textOf(segments: readonly { readonly text: string }[]): string {
  return segments.map(({ text }) => text).join("");
}
