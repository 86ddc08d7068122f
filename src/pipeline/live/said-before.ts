/**
 * What has just been said on a channel: audio and text that the next utterance is decoded behind. Pauses cut speech into pieces that
 * mean little on their own; a window that has room for them hears the sentence, and its known text costs one pass. In a recording the
 * same pieces lie in one window too.
 */
import { LAST_TIMESTAMP, SAMPLE_RATE_HZ, SECONDS_PER_TIMESTAMP, WINDOW_SAMPLES } from "../../units.js";

export interface SaidSegment {
  readonly startSample: number;
  readonly endSample: number;
  /** Text tokens. */
  readonly tokens: readonly number[];
}

/** Text of an utterance, as far as it is to be trusted. */
export interface SaidUtterance {
  readonly startSample: number;
  readonly endSample: number;
  readonly segments: readonly SaidSegment[];
  readonly isSure: boolean;
}

/** A new thought has no need of the one before. */
const MAX_PAUSE_SAMPLES = 3 * SAMPLE_RATE_HZ;
/** With less, what is new would hardly count. */
const MAX_SAID_SAMPLES = 20 * SAMPLE_RATE_HZ;
const MAX_SAID_TOKENS = 120;

export interface Context {
  /** The window begins here. */
  readonly startSample: number;
  /** Segments between their timestamps, in the window's time. */
  readonly tokens: readonly number[];
}

export class SaidBefore {
  #utterances: readonly SaidUtterance[] = [];

  /** An utterance has its final text. What no window with the next one would hold is forgotten. */
  add(utterance: SaidUtterance): void {
    const before = utterance.isSure && this.#follows(utterance.startSample) ? this.#utterances : [];
    const isNear = ({ startSample }: SaidUtterance) => utterance.endSample - startSample <= WINDOW_SAMPLES;
    this.#utterances = utterance.isSure ? [...before, utterance].filter(isNear) : [];
  }

  /** What an utterance of these bounds is decoded behind; undefined: nothing. The tokens of timestamps begin at `firstTimestampToken`. */
  contextOf(startSample: number, endSample: number, firstTimestampToken: number): Context | undefined {
    if (!this.#follows(startSample)) return undefined;
    const fitting = this.#utterances.filter(
      (said) =>
        endSample - said.startSample <= WINDOW_SAMPLES && startSample - said.startSample <= MAX_SAID_SAMPLES,
    );
    const first = fitting[0];
    if (first === undefined) return undefined;
    const timestamp = (sample: number) => {
      const seconds = (sample - first.startSample) / SAMPLE_RATE_HZ;
      return (
        firstTimestampToken +
        Math.min(Math.max(Math.round(seconds / SECONDS_PER_TIMESTAMP), 0), LAST_TIMESTAMP)
      );
    };
    const tokens = fitting
      .flatMap(({ segments }) => segments)
      .flatMap((segment) => [
        timestamp(segment.startSample),
        ...segment.tokens,
        timestamp(segment.endSample),
      ]);
    return tokens.length === 0 || tokens.length > MAX_SAID_TOKENS
      ? undefined
      : { startSample: first.startSample, tokens };
  }

  #follows(startSample: number): boolean {
    const last = this.#utterances.at(-1);
    return last !== undefined && startSample - last.endSample <= MAX_PAUSE_SAMPLES;
  }
}
