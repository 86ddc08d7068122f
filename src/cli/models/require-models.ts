/** Models that a command names and that are not here: asked for, then downloaded. */
import { existsSync } from "node:fs";
import { MubblesError } from "../../errors.js";
import type { Compute } from "../../model/compute-type.js";
import { findInHubCache } from "../../model/hub/hub-cache.js";
import { type HubSettings, readHubSettings } from "../../model/hub/hub-settings.js";
import { knownModel, repositoryOf } from "../../model/known-models.js";
import { storedModel } from "../../model/model-store.js";
import { askYesNo, canAsk } from "../ask.js";
import { note } from "../messages.js";

interface WantedModel {
  readonly model: string;
  readonly compute?: Compute | undefined;
}

/** Whether and how missing models are got. */
export interface PullPermission {
  /** Nobody needs to be asked. */
  readonly yes: boolean;
  readonly offline: boolean;
  readonly quiet: boolean;
}

const DEFAULT_COMPUTE = "int8";

/** Afterwards each is here, or is a path, or a name that nothing is known by. MODEL_NOT_HERE, and what pullModel() fails with. */
export async function requireModels(
  wanted: readonly WantedModel[],
  permission: PullPermission,
  signal: AbortSignal,
): Promise<void> {
  const settings = hubSettings(permission.offline);
  for (const { model, compute } of wanted) {
    const repository = repositoryOf(model);
    if (repository === undefined || storedModel(model, compute) !== undefined || existsSync(model)) continue;
    const needsNetwork = findInHubCache(settings.cacheFolder, repository) === undefined;
    if (needsNetwork) await askFor(model, repository, settings, permission, signal);
    // Not statically: HTTP and the line of progress take 13 MB of a program that hardly ever needs them.
    const { pullModel } = await import("../../model/hub/pull-model.js");
    const { PullProgress } = await import("./pull-progress.js");
    const progress = new PullProgress(model, !permission.quiet);
    try {
      await pullModel({
        name: model,
        compute: compute ?? DEFAULT_COMPUTE,
        settings,
        signal,
        onEvent: progress.update,
      });
    } finally {
      progress.stop();
    }
  }
}

/** The environment's, and nothing over the network with --offline. */
export function hubSettings(offline: boolean): HubSettings {
  const settings = readHubSettings(process.env);
  return { ...settings, isOffline: settings.isOffline || offline };
}

async function askFor(
  model: string,
  repository: string,
  { isOffline, endpoint }: HubSettings,
  { yes, quiet }: PullPermission,
  signal: AbortSignal,
): Promise<void> {
  if (isOffline) throw new MubblesError("MODEL_NOT_HERE", { where: model, detail: "offline" });
  const parameters = knownModel(model)?.parameters;
  const size = parameters === undefined ? "" : `, ${Math.round(parameters / 1e6)} million parameters`;
  const from = `${endpoint}/${repository}`;
  if (yes) {
    if (!quiet) note(`downloading ${model} from ${from}`);
    return;
  }
  if (!canAsk()) throw new MubblesError("MODEL_NOT_HERE", { where: model });
  const question = `mubbles: ${model} is not on this machine. Download it from ${from}${size}?`;
  if (!(await askYesNo(question, true, signal)))
    throw new MubblesError("MODEL_NOT_HERE", { where: model, detail: "and not to be downloaded" });
}
