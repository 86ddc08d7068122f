/** The final text of an utterance: decoded by the same rules as a window of a file. */
import type { FinalEvent } from "../../live-events.js";
import type { DecodingOptions } from "../../model/decoding-options.js";
import type { Engine } from "../../model/engine.js";
import { hasText, type WindowResult } from "../../model/window.js";
import { hideNoise } from "../../output/noise.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../../units.js";
import { type DecodedWindow, decodeWhole } from "../decode-window.js";
import { withoutInvented } from "../invented-text.js";
import { placeSegments } from "../place-segments.js";
import type { HeardAudio } from "./heard-audio.js";
import type { SaidBefore, SaidUtterance } from "./said-before.js";

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

interface FinalRequest {
  readonly startSample: number;
  /** Up to the end of the utterance, given away. */
  readonly audio: HeardAudio;
  /** What was said before it on the channel. */
  readonly before: SaidBefore;
  /** Text tokens of what is confirmed of it. */
  readonly confirmed: readonly number[];
  /** End of the text before, of the same channel. */
  readonly notBeforeSeconds: number;
  readonly engine: Engine;
  readonly recording: number;
  readonly decoding: DecodingOptions;
}

const SURE_LOGPROB = -0.7;
/** What is confirmed and hardly less likely than another text stays as it is on the screen (docs/notes/live-policy.md). */
const DEPARTURE_COST = 1;

export async function finalText(request: FinalRequest): Promise<DecodedText> {
  const { startSample, audio, before, confirmed, notBeforeSeconds, engine, recording, decoding } = request;
  const began = performance.now();
  const { endSample } = audio;
  const known = before.contextOf(startSample, endSample, engine.firstTimestampToken);
  const context = known !== undefined && known.startSample >= audio.startSample ? known : undefined;
  const windowStart = context?.startSample ?? startSample;
  const columns = audio.columns.slice(((windowStart - audio.startSample) / HOP_SAMPLES) * engine.nMels);
  const window = {
    startSample: windowStart,
    endSample,
    speech: [{ startSample, endSample }],
    columns,
    alignColumns: columns,
    channel: 0,
    settledSample: startSample,
  };
  const said = context && {
    tokens: context.tokens,
    untilSeconds: (startSample - windowStart) / SAMPLE_RATE_HZ,
  };
  const options = { decoding, words: true };
  const parts = await decodeWhole(window, {
    options,
    engine,
    aligner: undefined,
    recording,
    prompt: [],
    said,
    shown: { tokens: confirmed, departureCost: DEPARTURE_COST },
  });
  let previousEnd = notBeforeSeconds;
  const segments = parts.flatMap((part) => {
    const { window, result, words } = withoutInvented(part, decoding);
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
