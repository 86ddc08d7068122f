/** What listening cost so far. */
import type { LiveTimings } from "../../live-events.js";

export type LiveTotals = { -readonly [K in Exclude<keyof LiveTimings, "loadSeconds">]: number };

export function noLiveTotals(): LiveTotals {
  return {
    melSeconds: 0,
    vadSeconds: 0,
    encodeSeconds: 0,
    decodeSeconds: 0,
    speechSeconds: 0,
    partials: 0,
    finals: 0,
    tokens: 0,
  };
}
