/** `mubbles models pull NAME…` */
import type { Compute } from "../../model/compute-type.js";
import { pullModel } from "../../model/hub/pull-model.js";
import { readRecord } from "../../model/model-record.js";
import { type StoredModel, storedModel } from "../../model/model-store.js";
import { formatBytes } from "../byte-size.js";
import { note } from "../messages.js";
import { measureOnce, speedHere } from "./measure-speed.js";
import { PullProgress } from "./pull-progress.js";
import { hubSettings } from "./require-models.js";

export interface PullFlags {
  readonly compute: Compute;
  readonly offline?: true;
  readonly force?: true;
  readonly keepOriginal?: true;
  readonly measure: boolean;
  readonly quiet?: true;
}

/** The model's folder, and how fast it is here, measured once. */
export async function pullAndMeasure(
  name: string,
  flags: PullFlags,
  signal: AbortSignal,
): Promise<StoredModel> {
  const { compute, offline = false, force = false, keepOriginal = false, measure, quiet = false } = flags;
  const here = force ? undefined : storedModel(name, compute);
  const progress = new PullProgress(name, !quiet);
  try {
    const model = await pullModel({
      name,
      compute,
      settings: hubSettings(offline),
      isForced: force,
      keepsOriginal: keepOriginal,
      signal,
      onEvent: progress.update,
    });
    if (measure) {
      progress.say("measuring its speed");
      await measureOnce(model, signal);
    }
    progress.stop();
    if (!quiet) note(describe(model, here !== undefined));
    return model;
  } finally {
    progress.stop();
  }
}

function describe(model: StoredModel, wasHere: boolean): string {
  const { name, compute, bytes, isEmbedded } = model;
  const { licence } = readRecord(model.folder);
  const speed = speedHere(model);
  const parts = [`${name} (${compute}), ${formatBytes(bytes)}`];
  if (licence !== undefined) parts.push(`licence ${licence}`);
  if (speed !== undefined) parts.push(`${speed.toFixed(1)}× real time here`);
  if (isEmbedded) parts.push("embedded: nothing to download; --force gets it all the same");
  else if (wasHere) parts.push("was here already");
  return parts.join(", ");
}
