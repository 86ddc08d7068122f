/** The final text of an utterance. */
import type { FinalEvent } from "../../live-events.js";
import { hasText, type WindowResult } from "../../model/window.js";
import { hideNoise } from "../../output/noise.js";
import { SAMPLE_RATE_HZ } from "../../units.js";
import type { DecodedWindow } from "../decode-window.js";
import { placeSegments } from "../place-segments.js";
import { decodeUtterance, type UtteranceRequest } from "./decode-utterance.js";
import type { SaidUtterance } from "./said-before.js";

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
  /** The same as what comes next may be decoded behind. */
  readonly said: SaidUtterance;
}

interface FinalRequest extends UtteranceRequest {
  /** End of the text before, of the same channel. */
  readonly notBeforeSeconds: number;
}

const SURE_LOGPROB = -0.7;

export async function finalText(request: FinalRequest): Promise<DecodedText> {
  const { startSample, audio, notBeforeSeconds, engine } = request;
  const began = performance.now();
  const { endSample } = audio;
  const parts = await decodeUtterance(request);
  let previousEnd = notBeforeSeconds;
  const segments = parts.flatMap(({ window, result, words }) => {
    const placed = placeSegments(result, window, 0, previousEnd, words);
    previousEnd = placed.at(-1)?.endSeconds ?? previousEnd;
    // Marks of sounds are no text, as in files.
    return placed.flatMap((segment) => hideNoise(segment) ?? []);
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
  return { text, tokens, results, said: saidOf(parts, { startSample, endSample }, engine.endToken) };
}

/** Sampled or unlikely text would lead what follows astray. */
function saidOf(
  parts: readonly DecodedWindow[],
  bounds: { readonly startSample: number; readonly endSample: number },
  endToken: number,
): SaidUtterance {
  const segments = parts.flatMap(({ window, result }) => {
    const sampleOf = (seconds: number) => window.startSample + seconds * SAMPLE_RATE_HZ;
    return result.segments.filter(hasText).map(({ startSeconds, endSeconds, tokens }) => ({
      startSample: sampleOf(startSeconds),
      endSample: sampleOf(endSeconds),
      tokens: tokens.filter((token) => token < endToken),
    }));
  });
  const isSure = parts.every(
    ({ result }) => result.temperature === 0 && !result.isCut && result.avgLogprob >= SURE_LOGPROB,
  );
  return { ...bounds, segments, isSure: isSure && segments.length > 0 };
}

function textOf(segments: readonly { readonly text: string }[]): string {
  return segments.map(({ text }) => text).join("");
}
