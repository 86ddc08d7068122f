import { expect, test } from "vitest";
import {
  canonicalName,
  folderNameOf,
  KNOWN_MODELS,
  nameOfFolder,
  repositoryOf,
} from "../../src/model/known-models.js";

test("every model has one name, whichever it is called by, and a folder that leads back to it", () => {
  for (const { name, repository } of KNOWN_MODELS) {
    expect(canonicalName(repository)).toBe(name);
    expect(repositoryOf(name)).toBe(repository);
    expect(nameOfFolder(folderNameOf(repository))).toBe(name);
  }
  expect(canonicalName("turbo")).toBe("large-v3-turbo");
  expect(canonicalName("large")).toBe("large-v3");
  expect(folderNameOf("large-v1")).toBe("whisper-large-v1");
  expect(nameOfFolder(folderNameOf("owner/whisper-x"))).toBe("owner/whisper-x");
  expect(nameOfFolder(folderNameOf("whisper-owner/x"))).toBe("whisper-owner/x");
});

test("of the hub is what reads owner/name, and no path", () => {
  expect(repositoryOf("someone/whisper.de_v2")).toBe("someone/whisper.de_v2");
  for (const path of ["bass", "./some/model", "/some/model", "a/b/c", "../model", "some/", "~/model"])
    expect(repositoryOf(path)).toBeUndefined();
});
