/** What the engine works on next. Pure: the state of the channels in, a channel out. Final texts and hypotheses take turns in the engine. */
import type { LoadLevel } from "../../live-events.js";

/** One channel as the scheduler sees it. Times are seconds of the session. */
export interface ChannelWork {
  /** Where the oldest utterance ended that has no final text yet; undefined: none waits. */
  readonly waitsSinceSeconds: number | undefined;
  /** The open utterance pauses long enough to be worth a final text in advance, and has none of this pause. */
  readonly maySpeculate: boolean;
  /** Audio of the open utterance that no hypothesis has heard, silence at its end not counted. */
  readonly unheardSeconds: number;
  /** Audio of the open utterance behind its last check; 0: none is wanted. */
  readonly uncheckedSeconds: number;
}

export interface FinalJob {
  /** speculation: the text of an utterance whose speaker may be about to go on. */
  readonly type: "final" | "speculation";
  readonly channel: number;
}

/** A hypothesis needs this much new audio to be worth its time. */
const PARTIAL_STEP_SECONDS: Readonly<Record<LoadLevel, number>> = {
  normal: 0.3,
  "fewer-partials": 1.5,
  "greedy-finals": 4,
};

const STEPS_BESIDE_FINAL = 3;

/** New audio that a check needs. */
export const CHECK_STEP_SECONDS = 0.8;

/** The utterance that has waited longest for its final text, else one that pauses; undefined: nothing is worth doing now. */
export function nextFinal(channels: readonly ChannelWork[], load: LoadLevel): FinalJob | undefined {
  const waiting = indexOfLargest(channels, ({ waitsSinceSeconds }) =>
    waitsSinceSeconds === undefined ? undefined : -waitsSinceSeconds,
  );
  if (waiting !== undefined) return { type: "final", channel: waiting };
  const pausing = channels.findIndex(({ maySpeculate }) => maySpeculate);
  // On a machine that is too slow, work that may be for nothing is not worth it.
  if (pausing < 0 || load !== "normal") return undefined;
  return { type: "speculation", channel: pausing };
}

/**
 * The channel whose audio has waited longest to be heard; undefined: none has enough of it. While a final text is under way, which
 * every hypothesis holds up, it takes more.
 */
export function nextPartial(
  channels: readonly ChannelWork[],
  load: LoadLevel,
  isMakingFinal: boolean,
): number | undefined {
  const stepSeconds = PARTIAL_STEP_SECONDS[load] * (isMakingFinal ? STEPS_BESIDE_FINAL : 1);
  return indexOfLargest(channels, ({ unheardSeconds }) =>
    unheardSeconds >= stepSeconds ? unheardSeconds : undefined,
  );
}

/** The channel whose held back words have waited longest for a check; undefined: none wants one, or there is more important work. */
export function nextCheck(
  channels: readonly ChannelWork[],
  load: LoadLevel,
  isMakingFinal: boolean,
): number | undefined {
  if (load !== "normal" || isMakingFinal) return undefined;
  return indexOfLargest(channels, ({ uncheckedSeconds }) =>
    uncheckedSeconds >= CHECK_STEP_SECONDS ? uncheckedSeconds : undefined,
  );
}

function indexOfLargest(
  channels: readonly ChannelWork[],
  measure: (channel: ChannelWork) => number | undefined,
): number | undefined {
  let largest = Number.NEGATIVE_INFINITY;
  let index: number | undefined;
  for (const [i, channel] of channels.entries()) {
    const value = measure(channel);
    if (value === undefined || value <= largest) continue;
    largest = value;
    index = i;
  }
  return index;
}
