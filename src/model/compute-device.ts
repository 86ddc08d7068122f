/** What a model runs on, as `--device` names it, and what there must be for it. */
import { MubblesError } from "../errors.js";
import { askOnnxruntime } from "./onnxruntime-report.js";

/** Accelerators by the names of onnxruntime's execution providers. */
export const ACCELERATORS = ["cuda", "dml", "coreml"] as const;
export type Accelerator = (typeof ACCELERATORS)[number];
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
      "it takes an NVIDIA driver, CUDA 12, cuDNN 9 and `ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js`; docs/doctor.md",
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

/**
 * The accelerator to use; undefined: the CPU. `auto` is the CPU too: nothing was ever measured on an accelerator, and 8-bit
 * models have no kernels there. A better choice belongs here.
 */
export function acceleratorOf(device: ComputeDevice): Accelerator | undefined {
  return device === "auto" || device === "cpu" ? undefined : device;
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
