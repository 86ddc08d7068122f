/** `mubbles models verify [NAME…]`: whether weights are still what they were when they came. */
import { join } from "node:path";
import { MubblesError } from "../../errors.js";
import type { Compute } from "../../model/compute-type.js";
import { hashOfFile } from "../../model/hub/content-hash.js";
import { readRecord } from "../../model/model-record.js";
import {
  brokenModelsNamed,
  listModels,
  resolveModel,
  type StoredModel,
  storedModel,
} from "../../model/model-store.js";
import { WEIGHTS_FILE } from "../../model/safetensors.js";

/** The models of these names; all where there are none. MODEL_NOT_FOUND, MODEL_NOT_HERE, MODEL_BROKEN. */
export async function chosenModels(
  names: readonly string[],
  compute: Compute | undefined,
): Promise<StoredModel[]> {
  if (names.length > 0) return await Promise.all(names.map((name) => chosenModel(name, compute)));
  return listModels().filter((model) => compute === undefined || model.compute === compute);
}

/** One that is damaged is here, if not to be used: to say that it is missing would be no answer. */
async function chosenModel(name: string, compute: Compute | undefined): Promise<StoredModel> {
  if (storedModel(name, compute) === undefined) {
    const [damaged] = brokenModelsNamed(name, compute);
    if (damaged !== undefined) throw damaged.problem;
  }
  return await resolveModel(name, compute);
}

/** False where nobody knows the hash. MODEL_BROKEN where it is another. */
export async function verifyModel({ folder }: StoredModel, signal: AbortSignal): Promise<boolean> {
  const file = join(folder, WEIGHTS_FILE);
  const expected = readRecord(folder).sha256;
  const got = await hashOfFile(file, "sha256", signal);
  if (expected === undefined) return false;
  if (got === expected) return true;
  throw new MubblesError("MODEL_BROKEN", {
    where: file,
    detail: `expected sha256 ${expected}, got ${got}`,
  });
}
