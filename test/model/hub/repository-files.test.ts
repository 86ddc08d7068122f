/** What of a repository makes a Whisper model, by the hub's list and without one. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HubClient } from "../../../src/model/hub/hub-client.js";
import { listRepository, neededFiles } from "../../../src/model/hub/repository-files.js";
import { temporaryFolder } from "../temporary-folder.js";
import { thrownCode } from "../thrown-code.js";
import { COMMIT, Mirror } from "./mirror.js";
import { QUICK, QUICK_TIMEOUTS, settingsOf } from "./settings.js";

const BASICS = ["config.json", "tokenizer.json"];

describe("needed of a repository", () => {
  test.each<[what: string, names: string[], needed: string[] | string]>([
    ["one file of weights", ["model.safetensors"], ["model.safetensors"]],
    [
      "the unsharded of two precisions",
      ["model.fp32-00001-of-00002.safetensors", "model.safetensors", "model.safetensors.index.fp32.json"],
      ["model.safetensors"],
    ],
    [
      "shards with their list",
      [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
      ],
      [
        "model.safetensors.index.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
      ],
    ],
    ["CTranslate2's", ["model.bin", "vocabulary.json"], ["model.bin", "vocabulary.json"]],
    ["pickles", ["pytorch_model.bin"], "MODEL_UNSUPPORTED"],
    ["paths that lead out of the folder", ["../model.safetensors"], "MODEL_UNSUPPORTED"],
  ])("%s", async (_, names, needed) => {
    const all = [...names, ...BASICS, "README.md", "generation_config.json"];
    if (typeof needed === "string")
      expect(await thrownCode(() => neededFiles(all, "somewhere"))).toBe(needed);
    else expect(neededFiles(all, "somewhere")).toEqual([...BASICS, "generation_config.json", ...needed]);
  });
});

describe("listed", () => {
  const root = temporaryFolder();
  const repository = join(root, "owner/name");
  mkdirSync(repository, { recursive: true });
  const weights = Buffer.from("weights");
  for (const name of BASICS) writeFileSync(join(repository, name), "{}");
  writeFileSync(join(repository, "model.safetensors"), weights);
  const sha256 = createHash("sha256").update(weights).digest("hex");

  test.each([
    ["by the hub", false, COMMIT],
    ["by asking for each file", true, "main"],
  ])("%s: sizes, hashes and places", async (_, hasNoApi, revision) => {
    const mirror = await Mirror.start({ root, hasNoApi });
    const client = new HubClient(settingsOf(mirror.endpoint), QUICK_TIMEOUTS);
    try {
      const how = { rules: QUICK, signal: new AbortController().signal };
      const { files } = await listRepository(client, "owner/name", how);
      expect(files.map(({ name }) => name)).toEqual([...BASICS, "model.safetensors"]);
      expect(files[2]).toEqual({
        name: "model.safetensors",
        path: `/owner/name/resolve/${revision}/model.safetensors`,
        bytes: weights.length,
        hash: { algorithm: "sha256", hex: sha256 },
      });
      expect(await thrownCode(() => listRepository(client, "owner/other", how))).toBe("MODEL_NOT_FOUND");
    } finally {
      await client.close();
      await mirror.stop();
    }
  });
});
