/** What tests of the hub share: quick rules, and settings that name a mirror. */
import type { HubSettings } from "../../../src/model/hub/hub-settings.js";
import type { RetryRules } from "../../../src/model/hub/retry.js";

export const QUICK: RetryRules = { attempts: 4, firstWaitMs: 1, longestWaitMs: 3_000 };
export const QUICK_TIMEOUTS = { connectMs: 2_000, stallMs: 300 };

export function settingsOf(endpoint: string, token?: string): HubSettings {
  return { endpoint, token, isOffline: false, cacheFolder: "/nowhere" };
}
