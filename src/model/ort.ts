/** The only file that imports onnxruntime-node: session defaults live here, and a later binding swaps in here. */
import { InferenceSession, Tensor } from "onnxruntime-node";

export { InferenceSession, Tensor };

interface SessionSettings {
  readonly threads: number;
  /** Folder that external initializers are read from; needed when the graph comes as bytes. */
  readonly weightsFolder?: string;
  /** Spinning threads answer faster and burn a core while they wait: on for Whisper's decoder loop, off for VAD. */
  readonly spin?: boolean;
}

/** A session on the CPU from a graph in memory (ModelProto bytes) or a .onnx path. */
export function createCpuSession(
  graph: Uint8Array | string,
  { threads, weightsFolder, spin = false }: SessionSettings,
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // "basic" loads in half the time, and is wrong: x64quantprecision below is a rewrite of the "extended" level, without which
    // the 8-bit kernels saturate silently.
    graphOptimizationLevel: "all",
    // The arena keeps the largest run's memory for ever, about 100 MB for base. Memory patterns are of no use without it.
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      session: {
        // Without VNNI the 8-bit kernels of x86 saturate unless this is set; it does nothing elsewhere.
        x64quantprecision: "1",
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
