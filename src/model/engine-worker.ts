/** The worker thread Whisper lives in: onnxruntime's run() holds its thread, and the interface must never wait for it. */
import { setImmediate as yieldToMessages } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { MubblesError } from "../errors.js";
import { BatchDecoder } from "./decoding/batch-decoder.js";
import type { Answers, EngineWorkerData, FromWorker, Question, ToWorker } from "./engine-protocol.js";
import { WhisperTokenizer } from "./tokenizer.js";
import { WhisperRuntime } from "./whisper-runtime.js";

type Waiting = Question & { readonly id: number };

const port = parentPort!;
const send = (message: FromWorker) => port.postMessage(message);
const waiting: Waiting[] = [];
/** Thrown out of the work under way when the engine is closed. */
class Closing extends Error {}

let isRunning = false;
let isClosing = false;

const { folder, threads, maxWindows, encodesAhead } = workerData as EngineWorkerData;
try {
  const began = performance.now();
  const runtime = await WhisperRuntime.load(folder, threads, { encodesAhead });
  const tokenizer = new WhisperTokenizer(runtime.textTokens, runtime.config);
  const batch = new BatchDecoder(runtime, tokenizer, maxWindows, breathe);
  const { nMels, isMultilingual, endToken, decoderLayers } = runtime.config;
  port.on("message", (message: ToWorker) => {
    if (message.type === "close") isClosing = true;
    else if (message.type === "forget") batch.forget(message.recording);
    else {
      runtime.encodeAhead(message.request.mel);
      waiting.push(message);
    }
    if (!isRunning)
      work(runtime, batch).catch((error) => (error instanceof Closing ? close(runtime) : fail(error)));
  });
  send({
    type: "loaded",
    nMels,
    isMultilingual,
    endToken,
    decoderLayers,
    loadSeconds: (performance.now() - began) / 1000,
  });
} catch (error) {
  fail(error);
}

/** Windows join as soon as there is room; between two steps messages are read. */
async function work(runtime: WhisperRuntime, batch: BatchDecoder): Promise<void> {
  isRunning = true;
  while (!isClosing && (waiting.length > 0 || !batch.isIdle)) {
    const next = waiting[0];
    const isReady = next !== undefined && (batch.isIdle || !runtime.isEncoding(next.request.mel));
    if (isReady && canBegin(next, batch)) {
      waiting.shift();
      await begin(next, batch);
    } else {
      await batch.step();
    }
    await breathe();
  }
  isRunning = false;
  if (isClosing) await close(runtime);
}

function canBegin(question: Question, batch: BatchDecoder): boolean {
  return question.type === "window" ? batch.canAdmit(question.request) : batch.hasRoom;
}

async function begin(question: Waiting, batch: BatchDecoder): Promise<void> {
  const answer = (result: Answers[keyof Answers]) => send({ type: "result", id: question.id, result });
  if (question.type === "window") await batch.admit(question.request, answer);
  else if (question.type === "align") answer(await batch.align(question.request));
  else answer(await batch.detectLanguage(question.request.mel));
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
