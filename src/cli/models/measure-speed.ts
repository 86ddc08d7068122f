/** How fast a model is on this machine, by the sample that mubbles comes with. */
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { MubblesError } from "../../errors.js";
import { Engine } from "../../model/engine.js";
import type { MeasuredSpeed } from "../../model/model-record.js";
import type { StoredModel } from "../../model/model-store.js";
import { transcribe } from "../../pipeline/transcribe.js";
import { SAMPLE, SAMPLE_OPTIONS } from "../doctor/self-test.js";

/** undefined where the sample is missing or nothing here decodes it. Otherwise what Engine.start() fails with. */
export async function measureSpeed(
  { folder }: StoredModel,
  signal: AbortSignal,
): Promise<MeasuredSpeed | undefined> {
  if (!existsSync(SAMPLE)) return undefined;
  const engine = await Engine.start({
    model: folder,
    compute: undefined,
    threads: undefined,
    encodesAhead: true,
  });
  try {
    for await (const event of transcribe(SAMPLE, SAMPLE_OPTIONS, engine, signal)) {
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
