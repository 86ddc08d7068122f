/** What a model runs on, as `--device` names it, and what there must be for it. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { MubblesError } from "../errors.js";
import { type Compute, isQuantised } from "./compute-type.js";
import { askOnnxruntime } from "./onnxruntime-report.js";

/** From onnxruntime-node's main file. */
const CUDA_LIBRARY = "../../bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so";

/** Accelerators by the names of onnxruntime's execution providers. */
export const ACCELERATORS = ["cuda", "dml", "coreml"] as const;
export type Accelerator = (typeof ACCELERATORS)[number];
/** What an accelerator's graphs run on. The CPU can do so, slowly: that is how they are tested where there is none. */
export type Provider = Accelerator | "cpu";
export const DEVICES = ["auto", "cpu", ...ACCELERATORS] as const;
export type ComputeDevice = (typeof DEVICES)[number];

interface Requirements {
  /** Where onnxruntime-node has it. */
  readonly systems: string;
  readonly howToGetIt: string;
}

const REQUIREMENTS: Readonly<Record<Accelerator, Requirements>> = {
  cuda: {
    systems: "Linux on x64",
    howToGetIt:
      "it takes an NVIDIA driver, CUDA, cuDNN 9 and onnxruntime's CUDA library beside onnxruntime-node: docs/doctor.md says how to get them",
  },
  dml: {
    systems: "Windows",
    howToGetIt: "it takes a graphics card with DirectX 12; docs/doctor.md",
  },
  coreml: {
    systems: "macOS",
    howToGetIt: "it takes Core ML of a newer macOS; docs/doctor.md",
  },
};

/** The accelerator that a device names; undefined: the CPU, and `auto`, as which acceleratorFor knows better. */
export function acceleratorOf(device: ComputeDevice): Accelerator | undefined {
  return device === "auto" || device === "cpu" ? undefined : device;
}

let missingForCuda: Promise<string | undefined> | undefined;

/**
 * The accelerator to use for a model; undefined: the CPU. `auto` takes CUDA where somebody has put its library beside onnxruntime-node,
 * it works, and the model is stored as floats: 8-bit models have no kernels there.
 */
export async function acceleratorFor(
  device: ComputeDevice,
  compute: Compute,
): Promise<Accelerator | undefined> {
  if (device !== "auto") return acceleratorOf(device);
  if (isQuantised(compute) || !hasCudaLibrary()) return undefined;
  // Asking takes a process: an engine that comes back at speech does not wait for it again.
  missingForCuda ??= whatIsMissing("cuda");
  return (await missingForCuda) === undefined ? "cuda" : undefined;
}

function hasCudaLibrary(): boolean {
  return existsSync(join(createRequire(import.meta.url).resolve("onnxruntime-node"), CUDA_LIBRARY));
}

/** Throws ACCELERATOR_UNAVAILABLE with what is missing and how to get it. */
export async function requireDevice(device: ComputeDevice = "auto"): Promise<void> {
  const accelerator = acceleratorOf(device);
  if (accelerator === undefined) return;
  const detail = await whatIsMissing(accelerator);
  if (detail === undefined) return;
  throw new MubblesError("ACCELERATOR_UNAVAILABLE", { where: `--device ${accelerator}`, detail });
}

/** What is missing for an accelerator and how to get it; undefined where it is there. */
export async function whatIsMissing(accelerator: Accelerator): Promise<string | undefined> {
  const { providers, failure } = await askOnnxruntime(accelerator);
  if (failure === undefined) return undefined;
  const { systems, howToGetIt } = REQUIREMENTS[accelerator];
  const isElsewhere = providers.length > 0 && !providers.includes(accelerator);
  return isElsewhere ? `onnxruntime-node has it on ${systems} only` : `${failure}; ${howToGetIt}`;
}
