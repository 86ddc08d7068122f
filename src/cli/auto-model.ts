/** `--model auto`: a name and a compute type in its place, and a line that says why. */
import { availableParallelism } from "node:os";
import { MubblesError } from "../errors.js";
import {
  type Candidate,
  type Choice,
  chooseModel,
  FILE_SPEED,
  LIVE_SPEED,
  type Machine,
  type Task,
  type Weighed,
} from "../model/choose-model.js";
import { acceleratorOf } from "../model/compute-device.js";
import type { EngineOptions } from "../model/engine.js";
import { KNOWN_MODELS } from "../model/known-models.js";
import { readMeasuredSpeed } from "../model/measured-speed.js";
import { expectedBytes } from "../model/model-cost.js";
import { listModels } from "../model/model-store.js";
import { readMemory } from "./machine.js";
import { note } from "./messages.js";
import { AUTO } from "./model-flags.js";

interface Talk {
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** The options as they are where a model is named. MODEL_NOT_FOUND where none of those that are here is for the task. */
export function withChosenModel(engine: EngineOptions, task: Task, { quiet, verbose }: Talk): EngineOptions {
  if (engine.model !== AUTO) return engine;
  const machine: Machine = {
    cores: engine.threads ?? availableParallelism(),
    freeBytes: readMemory().freeBytes,
    accelerator: acceleratorOf(engine.device ?? "auto"),
    measured: readMeasuredSpeed(),
  };
  const isWanted = ({ compute }: Candidate) => engine.compute === undefined || engine.compute === compute;
  const present = listModels().filter(isWanted);
  const choice = chooseModel(machine, task, present);
  if (choice === undefined) {
    const detail = `none of those that are here is for this: ${present.map(({ name }) => name).join(", ")}`;
    throw new MubblesError("MODEL_NOT_FOUND", { where: AUTO, detail });
  }
  if (!quiet) note(reasonOf(choice, machine, task, betterOne(choice.chosen, machine, task, engine)));
  if (verbose) for (const each of choice.weighed) note(`  ${describe(each)}`);
  return { ...engine, model: choice.chosen.name, compute: choice.chosen.compute };
}

/** What the hub has, this machine bears, and is more exact. */
function betterOne(
  chosen: Weighed,
  machine: Machine,
  task: Task,
  { compute }: EngineOptions,
): string | undefined {
  const stored = compute ?? (machine.accelerator === undefined ? "int8" : "fp16");
  const ofHub = KNOWN_MODELS.map(({ name, parameters }) => {
    return { name, compute: stored, bytes: expectedBytes(parameters, stored) };
  });
  const best = chooseModel(machine, task, [...ofHub.filter(({ name }) => name !== chosen.name), chosen]);
  if (best === undefined || best.isMakeshift || best.chosen.name === chosen.name) return undefined;
  return best.chosen.name;
}

function reasonOf(
  { chosen, isMakeshift }: Choice,
  { cores, freeBytes, measured }: Machine,
  { isLive }: Task,
  better: string | undefined,
): string {
  const { name, compute, expectedSpeed } = chosen;
  const speed = `about ${expectedSpeed.toFixed(1)}× real time${measured === undefined ? ", not measured" : ""}`;
  const bears = `${cores} core${cores === 1 ? "" : "s"} and ${(freeBytes / 1e9).toFixed(1)} GB bear`;
  const wanted = `${isLive ? LIVE_SPEED : FILE_SPEED}×`;
  const why = isMakeshift
    ? `the fastest here, though less than ${wanted}`
    : `the most exact here that ${bears} at ${wanted} or more`;
  const tip =
    better === undefined ? "" : `; ${better} would do and is more exact: mubbles models pull ${better}`;
  return `model ${name} (${compute}), ${why} (${speed})${tip}`;
}

function describe({ name, compute, expectedSpeed, neededBytes, objection }: Weighed): string {
  return `${name} (${compute}): ${expectedSpeed.toFixed(1)}× real time, ${(neededBytes / 1e9).toFixed(1)} GB: ${objection ?? "will do"}`;
}
