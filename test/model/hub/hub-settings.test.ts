import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findInHubCache } from "../../../src/model/hub/hub-cache.js";
import { HubClient } from "../../../src/model/hub/hub-client.js";
import { readHubSettings } from "../../../src/model/hub/hub-settings.js";
import { retryAfterMs } from "../../../src/model/hub/retry.js";
import { temporaryFolder } from "../temporary-folder.js";

test("the variables of the hub's own programs say where it is, who asks and what is kept where", () => {
  const home = temporaryFolder();
  writeFileSync(join(home, "token"), "hf_stored\n");
  expect(readHubSettings({ HF_HOME: home, HF_ENDPOINT: "http://127.0.0.1:1/" })).toEqual({
    endpoint: "http://127.0.0.1:1",
    token: "hf_stored",
    isOffline: false,
    cacheFolder: join(home, "hub"),
  });
  const named = { HF_HOME: home, HF_TOKEN: "hf_named", HF_HUB_CACHE: "/cache", HF_HUB_OFFLINE: "yes" };
  expect(readHubSettings(named)).toMatchObject({
    token: "hf_named",
    isOffline: true,
    cacheFolder: "/cache",
  });
  expect(readHubSettings({ HF_HUB_OFFLINE: "0", XDG_CACHE_HOME: "/x" })).toMatchObject({
    isOffline: false,
    cacheFolder: "/x/huggingface/hub",
  });
});

test("a stored token that cannot be read is none", () => {
  const home = temporaryFolder();
  mkdirSync(join(home, "token"));
  expect(readHubSettings({ HF_HOME: home }).token).toBeUndefined();
});

test("an address with a password in it is refused without telling it", async () => {
  const settings = readHubSettings({ HF_ENDPOINT: "https://me:secret@127.0.0.1" });
  expect(() => new HubClient(settings)).toThrow(/^HF_ENDPOINT: wrong usage \((?!.*secret)/);
});

test("Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(retryAfterMs("7", now)).toBe(7000);
  expect(retryAfterMs("Thu, 01 Jan 2026 00:00:09 GMT", now)).toBe(9000);
  expect(retryAfterMs("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
  expect(retryAfterMs("soon", now)).toBeUndefined();
  expect(retryAfterMs(undefined, now)).toBeUndefined();
});

test("of the hub's cache the snapshot of main is taken, and only a complete one", () => {
  const cache = temporaryFolder();
  const folder = join(cache, "models--owner--name");
  const snapshot = (commit: string, names: readonly string[]) => {
    const path = join(folder, "snapshots", commit);
    mkdirSync(path, { recursive: true });
    for (const name of names) writeFileSync(join(path, name), "{}");
    return path;
  };
  expect(findInHubCache(cache, "owner/name")).toBeUndefined();
  snapshot("half", ["config.json", "tokenizer.json", "model.safetensors.index.json"]);
  expect(findInHubCache(cache, "owner/name")).toBeUndefined();
  const other = snapshot("other", ["config.json", "tokenizer.json", "model.safetensors"]);
  expect(findInHubCache(cache, "owner/name")).toBe(other);
  const main = snapshot("main", ["config.json", "tokenizer.json", "model.safetensors"]);
  mkdirSync(join(folder, "refs"));
  writeFileSync(join(folder, "refs/main"), "main\n");
  expect(findInHubCache(cache, "owner/name")).toBe(main);
});
