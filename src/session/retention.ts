/** Which sessions go when room is asked for. Pure. */
import type { StoredSession } from "./session-folders.js";

export interface RetentionRules {
  /** Sessions that nothing was written to for longer go; undefined: none goes for its age. */
  readonly keepSeconds: number | undefined;
  /** The oldest go until the others take no more; undefined: none goes for its size. */
  readonly maxBytes: number | undefined;
}

/** Sessions are written four times a second: what nothing was written to for so long has ended. */
const WRITING_MS = 5000;

/** The sessions to remove, oldest first; none that is still being written. */
export function expiredSessions(
  sessions: readonly StoredSession[],
  { keepSeconds, maxBytes }: RetentionRules,
  nowMs: number,
): StoredSession[] {
  const oldestFirst = sessions.toSorted((a, b) => a.changedMs - b.changedMs);
  let bytes = oldestFirst.reduce((sum, session) => sum + session.bytes, 0);
  return oldestFirst.filter((session) => {
    const isWriting = Math.abs(nowMs - session.changedMs) < WRITING_MS;
    const isOld = keepSeconds !== undefined && nowMs - session.changedMs > keepSeconds * 1000;
    const isTooMuch = maxBytes !== undefined && bytes > maxBytes;
    const isExpired = !isWriting && (isOld || isTooMuch);
    if (isExpired) bytes -= session.bytes;
    return isExpired;
  });
}
