/** What decoding cost, added up over the windows of a recording. */
import type { WindowResult } from "../model/window.js";

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
