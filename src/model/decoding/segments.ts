/** From a window's tokens to segments, at its timestamp tokens. Source: openai/whisper transcribe.py:339-399. */
import { SECONDS_PER_TIMESTAMP } from "../../units.js";

/** Times in seconds from the start of the window. */
export interface TokenSegment {
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Timestamp tokens included, as in openai/whisper's JSON. */
  readonly tokens: readonly number[];
}

export interface SegmentedWindow {
  readonly segments: readonly TokenSegment[];
  /** Text after the last pair of timestamps, in a segment that never ended; never of zero length. */
  readonly tail: TokenSegment | undefined;
  /**
   * Where a segment began of which nothing follows: the text goes on from there, in another window. Undefined where the model
   * came to the window's end. (The reference goes on from here with a tail, too: its windows end anywhere.)
   */
  readonly resumeSeconds: number | undefined;
  /** Whether two timestamps follow one another anywhere: where one segment ends and the next begins. */
  readonly hasPairs: boolean;
  /** Whether the text ends with a single timestamp: nobody speaks after it. */
  readonly endsWithOneTimestamp: boolean;
}

/** `windowSeconds`: audio in the window; a segment without an end lasts until there. */
export function splitAtTimestamps(
  tokens: readonly number[],
  firstTimestampToken: number,
  windowSeconds: number,
): SegmentedWindow {
  const isTimestamp = (i: number) => i >= 0 && i < tokens.length && tokens[i]! >= firstTimestampToken;
  const seconds = (i: number) => (tokens[i]! - firstTimestampToken) * SECONDS_PER_TIMESTAMP;
  const last = tokens.length - 1;
  const cuts = tokens.flatMap((_, i) => (isTimestamp(i) && isTimestamp(i - 1) ? [i] : []));
  const endsWithOneTimestamp = last > 0 && isTimestamp(last) && !isTimestamp(last - 1);
  if (cuts.length === 0) {
    const segments = wholeWindow(tokens, firstTimestampToken, windowSeconds);
    return { segments, tail: undefined, resumeSeconds: undefined, hasPairs: false, endsWithOneTimestamp };
  }

  if (endsWithOneTimestamp) cuts.push(tokens.length);
  const segments = cuts.map((end, i) => {
    const start = i === 0 ? 0 : cuts[i - 1]!;
    return { startSeconds: seconds(start), endSeconds: seconds(end - 1), tokens: tokens.slice(start, end) };
  });
  const done = cuts.at(-1)!;
  const rest = tokens.slice(done);
  const hasText = rest.some((token) => token < firstTimestampToken);
  // The model may put the start behind the window's end; the text counts all the same.
  const latestStart = Math.max(0, windowSeconds - SECONDS_PER_TIMESTAMP);
  const startSeconds = Math.min(seconds(done), latestStart);
  const tail = hasText ? { startSeconds, endSeconds: windowSeconds, tokens: rest } : undefined;
  const resumeSeconds = rest.length > 0 && !hasText ? seconds(done) : undefined;
  return { segments, tail, resumeSeconds, hasPairs: true, endsWithOneTimestamp };
}

function wholeWindow(
  tokens: readonly number[],
  firstTimestampToken: number,
  windowSeconds: number,
): TokenSegment[] {
  const timestamps = tokens.filter((token) => token >= firstTimestampToken);
  const last = timestamps.at(-1) ?? firstTimestampToken;
  const endSeconds =
    last === firstTimestampToken ? windowSeconds : (last - firstTimestampToken) * SECONDS_PER_TIMESTAMP;
  return [{ startSeconds: 0, endSeconds, tokens }];
}
