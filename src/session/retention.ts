/** Which sessions go when room is asked for. Pure. */
import type { StoredSession } from "./session-folders.js";

export interface RetentionRules {
  /** Sessions that nothing was written to for longer go; undefined: none goes for its age. */
  readonly keepSeconds: number | undefined;
  /** The oldest go until the others take no more; undefined: none goes for its size. */
  readonly maxBytes: number | undefined;
}

/** The sessions to remove, oldest first. */
export function expiredSessions(
  sessions: readonly StoredSession[],
  { keepSeconds, maxBytes }: RetentionRules,
  nowMs: number,
): StoredSession[] {
  const oldestFirst = sessions.toSorted((a, b) => a.changedMs - b.changedMs);
  let bytes = oldestFirst.reduce((sum, session) => sum + session.bytes, 0);
  return oldestFirst.filter((session) => {
    const isOld = keepSeconds !== undefined && nowMs - session.changedMs > keepSeconds * 1000;
    const isTooMuch = maxBytes !== undefined && bytes > maxBytes;
    if (isOld || isTooMuch) bytes -= session.bytes;
    return isOld || isTooMuch;
  });
}
