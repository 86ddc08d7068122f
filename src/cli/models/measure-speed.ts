/** How fast a model is on this machine, by the sample that mubbles comes with. */
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { MubblesError } from "../../errors.js";
import { Engine } from "../../model/engine.js";
import { keepMeasuredSpeed, readMeasuredSpeed } from "../../model/measured-speed.js";
import { addToRecord, type ModelSpeed, readRecord } from "../../model/model-record.js";
import type { StoredModel } from "../../model/model-store.js";
import { SAMPLE, transcribeSample } from "../sample.js";

/** Measures what was never measured on this machine, and keeps it: beside the model, or for the embedded one where doctor has it. */
export async function measureOnce(model: StoredModel, signal: AbortSignal): Promise<void> {
  if (speedHere(model) !== undefined) return;
  const speed = await measureSpeed(model, signal);
  if (speed === undefined) return;
  if (!model.isEmbedded) addToRecord(model.folder, { speed });
  else await keepMeasuredSpeed({ speed: speed.timesRealTime, threads: availableParallelism() });
}

/** Seconds of audio in a second; undefined where never measured on this machine. */
export function speedHere({ folder, isEmbedded }: StoredModel): number | undefined {
  if (isEmbedded) return readMeasuredSpeed()?.speed;
  const { speed } = readRecord(folder);
  return speed?.machine === machineName() ? speed.timesRealTime : undefined;
}

/** undefined where the sample is missing or nothing here decodes it. Otherwise what Engine.start() fails with. */
async function measureSpeed({ folder }: StoredModel, signal: AbortSignal): Promise<ModelSpeed | undefined> {
  if (!existsSync(SAMPLE)) return undefined;
  const engine = await Engine.start({
    model: folder,
    compute: undefined,
    threads: undefined,
    encodesAhead: true,
  });
  try {
    const { audioSeconds, totalSeconds } = (await transcribeSample(engine, signal)).timings;
    return { timesRealTime: audioSeconds / totalSeconds, machine: machineName() };
  } catch (thrown) {
    if (thrown instanceof MubblesError && thrown.code === "INPUT_NO_DECODER") return undefined;
    throw thrown;
  } finally {
    await engine.close();
  }
}

function machineName(): string {
  return `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} threads`;
}
