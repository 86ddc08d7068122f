/** Where the engine's other side runs: in a thread of this process, or in a process of its own. */
import "./no-telemetry.js"; // For the threads and processes that are started here.
import { fork } from "node:child_process";
import type { EventEmitter } from "node:events";
import { Worker } from "node:worker_threads";
import { workerUrl } from "../assets.js";
import { discardBuffers } from "./discard.js";
import type { EngineWorkerData, ToWorker } from "./engine-protocol.js";

export interface EngineTransport {
  /** "message" with a FromWorker, "error" with an Error where it broke off, "exit". */
  readonly events: EventEmitter;
  readonly processId: number | undefined;
  /** `moved` are buffers of the message that nobody here needs any more. */
  send(message: ToWorker, moved: readonly ArrayBuffer[]): void;
}

const WORKER = workerUrl("engine-worker");

/** Its memory goes to malloc when it ends, which keeps most of it: 300 MB after base was loaded twice (docs/notes/memory.md). */
export function startThread(data: EngineWorkerData): EngineTransport {
  const worker = new Worker(WORKER, {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  return {
    events: worker,
    processId: undefined,
    send: (message, moved) => worker.postMessage(message, [...moved]),
  };
}

/** glibc keeps freed memory for later; with this a twentieth less is resident, at the same speed. Others do not know it. */
const FREES_EARLY = { MALLOC_TRIM_THRESHOLD_: "131072" };
/**
 * As bin/mubbles.js has it, but for what gains nothing here. The heap's youngest part would grow to 32 MB that hold nothing for long; and where a heap may become large, V8
 * lets it, and the buffers that hang on it, grow for long before it collects (docs/notes/memory.md).
 */
const SMALL_HEAP = ["--max-semi-space-size=2", "--max-old-space-size=1024"];

/** Its memory is the system's again when it ends. Messages are copied: 1 MB for a window takes 2 ms. */
export function startProcess(data: EngineWorkerData): EngineTransport {
  const child = fork(WORKER, [JSON.stringify(data)], {
    serialization: "advanced",
    execArgv: SMALL_HEAP,
    env: { ...FREES_EARLY, ...process.env },
    // Standard output carries only the result.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  // What is sent to a process that has just ended is lost; that it has ended is told by "exit".
  const ignore = () => {};
  return {
    events: child,
    processId: child.pid,
    send: (message, moved) => {
      if (child.connected) child.send(message, ignore);
      discardBuffers(moved.map((buffer) => new Uint8Array(buffer)));
    },
  };
}
