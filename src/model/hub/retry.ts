/** Trying again: which answers of a server may be others the next time, and how long to wait until then. */
import { setTimeout as wait } from "node:timers/promises";
import { type ErrorCode, MubblesError } from "../../errors.js";

/** Why an attempt came to nothing, where another one may succeed. */
export class Again {
  constructor(
    readonly reason: string,
    readonly more: {
      /** How long the server asked to be left alone. */
      readonly waitMs?: number | undefined;
      /** The attempt brought some of it: patience starts anew. */
      readonly hasProgress?: boolean;
      /** What it is called where it stays so; DOWNLOAD_FAILED without. */
      readonly code?: ErrorCode;
      readonly cause?: unknown;
    } = {},
  ) {}
}

export interface RetryRules {
  /** Attempts in a row that bring nothing. */
  readonly attempts: number;
  /** Doubles with each attempt. */
  readonly firstWaitMs: number;
  /** Nobody waits longer, also where the server asks for it: then it is an error. */
  readonly longestWaitMs: number;
}

export const RETRY_RULES: RetryRules = { attempts: 6, firstWaitMs: 500, longestWaitMs: 120_000 };

export interface Retrying {
  readonly rules: RetryRules;
  readonly signal: AbortSignal;
  readonly onWait?: (reason: string, waitMs: number) => void;
}

/** What `attempt` gives in the end. Where it never does it throws the last reason, under its code. */
export async function retrying<T>(
  where: string,
  { rules, signal, onWait }: Retrying,
  attempt: () => Promise<T | Again>,
): Promise<T> {
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    const result = await attempt();
    if (!(result instanceof Again)) return result;
    signal.throwIfAborted();
    const { reason, more } = result;
    failures = more.hasProgress ? 1 : failures + 1;
    const waitMs = more.waitMs ?? rules.firstWaitMs * 2 ** (failures - 1) * (0.75 + Math.random() / 2);
    if (failures >= rules.attempts || waitMs > rules.longestWaitMs) {
      const asked = waitMs > rules.longestWaitMs ? `, asks to wait ${Math.ceil(waitMs / 1000)} s` : "";
      const code = more.code ?? "DOWNLOAD_FAILED";
      throw new MubblesError(code, { where, detail: `${reason}${asked}`, cause: more.cause });
    }
    onWait?.(reason, waitMs);
    await wait(waitMs, undefined, { signal }).catch(() => {});
  }
}

/** Answers that a server takes back. */
export function mayPass(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** Milliseconds that a Retry-After header asks for, in seconds or as a date (RFC 9110, 10.2.3); undefined for anything else. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
