/** What the engine begins with, before onnxruntime and the rest of the program are read: the encoder loads in a thread of its own. */
import { collectTrace } from "../tracing.js";
import { openEnginePort } from "./engine-port.js";
import { runError } from "./model-error.js";
import { startEncoder } from "./start-encoder.js";

/** Of spans that wait to be sent: a second's work and more. */
const TRACE_BATCH = 50;

/** By performance.now(). */
export const began = performance.now();
export const port = openEnginePort();
const { folder, threads, encodesAhead, isLean, accelerator, isTraced } = port.data;
export const trace = isTraced
  ? collectTrace(TRACE_BATCH, (events) => port.send({ type: "trace", events }))
  : undefined;
export const startedEncoder = startEncoder(folder, threads, { encodesAhead, isLean, accelerator });

/** Tells the other side that nothing more comes, and why. */
export function sendFailure(error: unknown): void {
  const { code, where, detail } = runError(error);
  port.send({ type: "failed", code, where, detail });
}
