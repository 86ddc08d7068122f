/** The only file that imports onnxruntime-node: session defaults live here, and a later binding swaps in here. */
import "./no-telemetry.js"; // Must come first.
import { env, InferenceSession, listSupportedBackends, Tensor } from "onnxruntime-node";

export { InferenceSession, Tensor };

/**
 * The time between two operators of a step, and no longer: by default threads spin on for tens of milliseconds when a session has been
 * made and after every run, on cores that the other session and JavaScript need. docs/notes/memory.md
 */
const SPIN_MICROSECONDS = "100";

interface SessionSettings {
  readonly threads: number;
  /** Folder that external initializers are read from; needed when the graph comes as bytes. */
  readonly weightsFolder?: string;
  /** Spinning threads answer faster and burn a core while they wait: on for Whisper, off for a single run. */
  readonly spin?: boolean;
  /** Whether 8-bit kernels need wider weights to be exact (saturation.ts): they take twice the time to load, and to multiply. */
  readonly widenWeights?: boolean;
  /** The execution provider that takes what it has kernels for; the rest, and without it everything, is the CPU's. */
  readonly accelerator?: string | undefined;
}

/** A session from a graph in memory (ModelProto bytes) or a .onnx path. Throws where the accelerator's library is missing. */
export function createSession(
  graph: Uint8Array | string,
  { threads, weightsFolder, spin = false, widenWeights = false, accelerator }: SessionSettings,
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: accelerator === undefined ? ["cpu"] : [accelerator, "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // "basic" loads in half the time, and is wrong: x64quantprecision, where it is needed, is a rewrite of the "extended" level, without which
    // the 8-bit kernels saturate silently.
    graphOptimizationLevel: "all",
    // Without the arena every large tensor is mapped and given back by itself: page faults are half of the encoder's time then, and
    // what malloc keeps in between is more than what the arena keeps. docs/notes/memory.md
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      session: {
        x64quantprecision: widenWeights ? "1" : "0",
        intra_op: { allow_spinning: spin ? "1" : "0", spin_duration_us: SPIN_MICROSECONDS },
        ...(weightsFolder === undefined
          ? {}
          : { model_external_initializers_file_folder_path: weightsFolder }),
      },
    },
  };
  return typeof graph === "string"
    ? InferenceSession.create(graph, options)
    : InferenceSession.create(graph, options);
}

/** A tensor of 64-bit integers; a vector unless `dims` says otherwise. */
export function int64(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
}

/** The version of onnxruntime, and the execution providers it was built with. */
export function onnxruntimeInstall(): { version: string | undefined; providers: readonly string[] } {
  return { version: env.versions.node, providers: listSupportedBackends().map(({ name }) => name) };
}
