/** The worker thread Whisper lives in: onnxruntime's run() holds its thread, and the interface must never wait for it. */
import { setImmediate as yieldToMessages } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { MubblesError } from "../errors.js";
import { BatchDecoder } from "./decoding/batch-decoder.js";
import type { EngineWorkerData, FromWorker, ToWorker } from "./engine-protocol.js";
import { WhisperTokenizer } from "./tokenizer.js";
import { WhisperRuntime } from "./whisper-runtime.js";

type Waiting = Extract<ToWorker, { type: "window" }>;

const port = parentPort!;
const send = (message: FromWorker) => port.postMessage(message);
const waiting: Waiting[] = [];
/** Thrown out of the work under way when the engine is closed. */
class Closing extends Error {}

let isRunning = false;
let isClosing = false;

const { folder, threads, maxWindows } = workerData as EngineWorkerData;
try {
  const began = performance.now();
  const runtime = await WhisperRuntime.load(folder, threads);
  const tokenizer = new WhisperTokenizer(runtime.textTokens, runtime.config);
  const batch = new BatchDecoder(runtime, tokenizer, maxWindows, breathe);
  const { nMels, isMultilingual } = runtime.config;
  port.on("message", (message: ToWorker) => {
    if (message.type === "window") waiting.push(message);
    else if (message.type === "forget") batch.forget(message.recording);
    else isClosing = true;
    if (!isRunning)
      work(runtime, batch).catch((error) => (error instanceof Closing ? close(runtime) : fail(error)));
  });
  send({ type: "loaded", nMels, isMultilingual, loadSeconds: (performance.now() - began) / 1000 });
} catch (error) {
  fail(error);
}

/** Windows join as soon as there is room; between two steps messages are read. */
async function work(runtime: WhisperRuntime, batch: BatchDecoder): Promise<void> {
  isRunning = true;
  while (!isClosing && (waiting.length > 0 || !batch.isIdle)) {
    const next = waiting[0];
    if (next !== undefined && batch.canAdmit(next.request)) {
      waiting.shift();
      await batch.admit(next.request, (result) => send({ type: "result", id: next.id, result }));
    } else {
      await batch.step();
    }
    await breathe();
  }
  isRunning = false;
  if (isClosing) await close(runtime);
}

/** Between two steps: lets messages in, and stops where nobody wants the result any more. */
async function breathe(): Promise<void> {
  await yieldToMessages();
  if (isClosing) throw new Closing();
}

async function close(runtime: WhisperRuntime): Promise<void> {
  await runtime.release();
  port.close();
}

function fail(error: unknown): void {
  const { code, where, detail } = error instanceof MubblesError ? error : unexpected(error);
  send({ type: "failed", code, where, detail });
  port.close();
}

function unexpected(error: unknown): MubblesError {
  const detail = error instanceof Error ? error.message : String(error);
  const isMemory = /bad_?alloc|out of memory|Array buffer allocation/i.test(detail);
  return new MubblesError(isMemory ? "MODEL_OUT_OF_MEMORY" : "INTERNAL", { detail, cause: error });
}
