/** An utterance through the full decoder, by the same rules as a window of a file: behind what was said before it. */
import type { DecodingOptions } from "../../model/decoding-options.js";
import type { Engine } from "../../model/engine.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../../units.js";
import { type DecodedWindow, decodeWhole } from "../decode-window.js";
import { withoutInvented } from "../invented-text.js";
import type { HeardAudio } from "./heard-audio.js";
import type { SaidBefore } from "./said-before.js";

export interface UtteranceRequest {
  readonly startSample: number;
  /** Up to the end of the utterance, or as far as it has come; given away. */
  readonly audio: HeardAudio;
  /** What was said before it on the channel. */
  readonly before: SaidBefore;
  /** Text tokens of what is confirmed of it. */
  readonly confirmed: readonly number[];
  readonly engine: Engine;
  readonly recording: number;
  readonly decoding: DecodingOptions;
}

/** What is confirmed and hardly less likely than another text stays as it is on the screen (docs/notes/live-policy.md). */
const DEPARTURE_COST = 1;

/** Windows with words, without what nobody can have said. */
export async function decodeUtterance(request: UtteranceRequest): Promise<DecodedWindow[]> {
  const { startSample, audio, before, confirmed, engine, recording, decoding } = request;
  const { endSample } = audio;
  const known = before.contextOf(startSample, endSample, engine.firstTimestampToken);
  const context = known !== undefined && known.startSample >= audio.startSample ? known : undefined;
  const windowStart = context?.startSample ?? startSample;
  const columns = audio.columns.subarray(((windowStart - audio.startSample) / HOP_SAMPLES) * engine.nMels);
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
  return parts.map((part) => withoutInvented(part, decoding));
}
