/** What the engine works on next. Pure: the state of the channels in, a job out. */
import type { LoadLevel } from "../../live-events.js";

/** One channel as the scheduler sees it. Times are seconds of the session. */
export interface ChannelWork {
  /** Where the oldest utterance ended that has no final text yet; undefined: none waits. */
  readonly waitsSinceSeconds: number | undefined;
  /** The open utterance pauses long enough to be worth a final text in advance, and has none of this pause. */
  readonly maySpeculate: boolean;
  /** Audio of the open utterance that no hypothesis has heard, while somebody speaks in it. */
  readonly unheardSeconds: number;
}

export interface Job {
  /** speculation: the final text of an utterance whose speaker may be about to go on. */
  readonly type: "final" | "speculation" | "partial";
  readonly channel: number;
}

/** A hypothesis needs this much new audio to be worth its time. */
const PARTIAL_STEP_SECONDS: Readonly<Record<LoadLevel, number>> = {
  normal: 0.3,
  "fewer-partials": 1.2,
  "greedy-finals": 3,
};

/**
 * Finals before what may become one, that before hypotheses; of equals the channel that has waited longest, so that none starves.
 * undefined: nothing is worth doing now.
 */
export function nextJob(channels: readonly ChannelWork[], load: LoadLevel): Job | undefined {
  const final = longest(channels, ({ waitsSinceSeconds }) =>
    waitsSinceSeconds === undefined ? Number.NEGATIVE_INFINITY : -waitsSinceSeconds,
  );
  if (final !== undefined) return { type: "final", channel: final };
  const speculation = channels.findIndex(({ maySpeculate }) => maySpeculate);
  // On a machine that is too slow the odds are not worth it.
  if (speculation >= 0 && load !== "greedy-finals") return { type: "speculation", channel: speculation };
  const partial = longest(channels, ({ unheardSeconds }) =>
    unheardSeconds < PARTIAL_STEP_SECONDS[load] ? Number.NEGATIVE_INFINITY : unheardSeconds,
  );
  return partial === undefined ? undefined : { type: "partial", channel: partial };
}

/** Index of the largest; undefined where all are -Infinity. */
function longest(
  channels: readonly ChannelWork[],
  wait: (channel: ChannelWork) => number,
): number | undefined {
  let best: number | undefined;
  let longestWait = Number.NEGATIVE_INFINITY;
  for (const [i, channel] of channels.entries()) {
    const waited = wait(channel);
    if (waited <= longestWait) continue;
    longestWait = waited;
    best = i;
  }
  return best;
}
