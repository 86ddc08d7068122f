/** How fast a model is on this machine, by the sample that mubbles comes with. */
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { Command } from "commander";
import { packagePath } from "../../assets.js";
import { MubblesError } from "../../errors.js";
import { Engine } from "../../model/engine.js";
import type { MeasuredSpeed } from "../../model/model-record.js";
import type { StoredModel } from "../../model/model-store.js";
import { transcribe } from "../../pipeline/transcribe.js";
import { declareFileOptions } from "../file-flags.js";
import { readFileOptions } from "../file-options.js";

const SAMPLE = packagePath("samples/austen.mp4");

/** undefined where the sample is missing or nothing here decodes it. Otherwise what Engine.start() fails with. */
export async function measureSpeed(
  { folder }: StoredModel,
  signal: AbortSignal,
): Promise<MeasuredSpeed | undefined> {
  if (!existsSync(SAMPLE)) return undefined;
  const { transcribe: options } = readFileOptions(declareFileOptions(new Command()).opts());
  const engine = await Engine.start({ model: folder, compute: undefined, threads: undefined });
  try {
    for await (const event of transcribe(SAMPLE, options, engine, signal)) {
      if (event.type !== "end") continue;
      const { audioSeconds, totalSeconds } = event.timings;
      return { timesRealTime: audioSeconds / totalSeconds, machine: machineName() };
    }
    return undefined;
  } catch (thrown) {
    if (thrown instanceof MubblesError && thrown.code === "INPUT_NO_DECODER") return undefined;
    throw thrown;
  } finally {
    await engine.close();
  }
}

export function machineName(): string {
  return `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} threads`;
}
