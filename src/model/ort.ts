/** The only file that imports onnxruntime-node: session defaults live here, and a later binding swaps in here. */
import "./no-telemetry.js"; // Must come first.
import { InferenceSession, Tensor } from "onnxruntime-node";

export { InferenceSession, Tensor };

interface SessionSettings {
  readonly threads: number;
  /** Folder that external initializers are read from; needed when the graph comes as bytes. */
  readonly weightsFolder?: string;
  /** Spinning threads answer faster and burn a core while they wait: on for Whisper's decoder loop, off for VAD. */
  readonly spin?: boolean;
  /** Whether 8-bit kernels need wider weights to be exact (saturation.ts): they take twice the time to load, and to multiply. */
  readonly widenWeights?: boolean;
}

/** A session on the CPU from a graph in memory (ModelProto bytes) or a .onnx path. */
export function createCpuSession(
  graph: Uint8Array | string,
  { threads, weightsFolder, spin = false, widenWeights = false }: SessionSettings,
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ["cpu"],
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
        intra_op: { allow_spinning: spin ? "1" : "0" },
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
