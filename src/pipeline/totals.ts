/** What decoding cost, added up over the windows of a recording. */
import type { Timings } from "../events.js";
import type { WindowResult } from "../model/window.js";
import { SAMPLE_RATE_HZ } from "../units.js";
import type { StageClock } from "./plan-windows.js";

export interface Totals {
  encodeSeconds: number;
  decodeSeconds: number;
  windows: number;
  tokens: number;
  fallbacks: number;
}

export function noTotals(): Totals {
  return { encodeSeconds: 0, decodeSeconds: 0, windows: 0, tokens: 0, fallbacks: 0 };
}

export function addUp(totals: Totals, result: WindowResult): void {
  totals.encodeSeconds += result.encodeSeconds;
  totals.decodeSeconds += result.decodeSeconds;
  totals.windows++;
  totals.tokens += result.tokenCount;
  totals.fallbacks += result.fallbacks;
}

interface Run {
  readonly totals: Totals;
  readonly clock: StageClock;
  readonly loadSeconds: number;
  /** By performance.now(). */
  readonly beganMs: number;
  readonly speechSamples: number;
}

/** Where the time of a recording went that ends now. */
export function timingsOf({ totals, clock, loadSeconds, beganMs, speechSamples }: Run): Timings {
  return {
    ...totals,
    loadSeconds,
    mediaSeconds: clock.mediaSeconds,
    melSeconds: clock.melSeconds,
    vadSeconds: clock.vadSeconds,
    totalSeconds: (performance.now() - beganMs) / 1000,
    audioSeconds: clock.audioSamples / SAMPLE_RATE_HZ,
    speechSeconds: speechSamples / SAMPLE_RATE_HZ,
  };
}
