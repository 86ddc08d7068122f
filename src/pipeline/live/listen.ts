/** Listening from end to end: devices → level → VAD → utterances → hypotheses and finals → events, read top to bottom in `listen`. */
import type { LiveEvent } from "../../live-events.js";
import type { ListenOptions } from "./listen-options.js";

/**
 * Events of one session: `session` first, `end` last, whatever ended it. A reader that is slow loses levels and all but the newest
 * partial text, and nothing else. When `signal` aborts, what is being said is made final, then comes `end`; leaving the loop early gives
 * that up. Throws MubblesError before the first event only: where no device opens, or an option is out of range. A failure
 * later is an `error` event and then `end` with reason "failed".
 */
export async function* listen(_options: ListenOptions, _signal: AbortSignal): AsyncGenerator<LiveEvent> {
  yield* [];
}
