/** The engine's connection to the rest of the program, from the other side of engine-transport.ts. */
import { parentPort, workerData } from "node:worker_threads";
import type { EngineWorkerData, FromWorker, ToWorker } from "./engine-protocol.js";

export interface EnginePort {
  readonly data: EngineWorkerData;
  /** `moved` are buffers of the message that nobody here needs any more. */
  send(message: FromWorker, moved?: readonly ArrayBuffer[]): void;
  listen(listener: (message: ToWorker) => void): void;
  /** Nothing comes and goes any more, and what is left to do ends the thread or process. */
  close(): void;
}

export function openEnginePort(): EnginePort {
  return parentPort === null ? processPort() : threadPort(parentPort);
}

function threadPort(port: NonNullable<typeof parentPort>): EnginePort {
  return {
    data: workerData as EngineWorkerData,
    send: (message, moved = []) => port.postMessage(message, [...moved]),
    listen: (listener) => void port.on("message", listener),
    close: () => port.close(),
  };
}

function processPort(): EnginePort {
  // Ctrl+C goes to all processes of a terminal, and what is under way is still to be finished: the main process decides.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  let isClosed = false;
  process.on("disconnect", () => {
    // The main process is gone. process.exit() would end threads inside onnxruntime, which aborts with a message on the terminal.
    if (!isClosed) process.kill(process.pid, "SIGKILL");
    process.exit();
  });
  return {
    data: JSON.parse(process.argv[2]!) as EngineWorkerData,
    send: (message) => void process.send!(message),
    listen: (listener) => void process.on("message", listener),
    // What was sent is still under way: the other end closes once it has read it.
    close: () => {
      isClosed = true;
      process.disconnect();
    },
  };
}
